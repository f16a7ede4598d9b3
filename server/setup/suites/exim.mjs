// @ts-check
import { existsSync } from 'node:fs'
import { say } from '../project.mjs'
import { exitCodeOf } from '../subprocess.mjs'

const PROGRAM = '/usr/sbin/exim4'
const APT = ['-o', 'DPkg::Lock::Timeout=120']

/**
 * The real mail server that a test mails through. Only root can run it, so only root installs it, and only in continuous integration: on
 * somebody's own machine nobody wants one. Where it isn't there the test says so and is skipped.
 */
export async function ensureExim() {
  if (existsSync(PROGRAM) || process.env.CI === undefined || process.getuid?.() !== 0) return
  if (!existsSync('/usr/bin/apt-get')) return
  say('Installing the mail server for the mail tests (apt-get) …')
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  const packages = ['install', '-y', '--no-install-recommends', 'exim4-daemon-light']
  const exitCode =
    (await exitCodeOf('apt-get', [...APT, 'update'], env)) || (await exitCodeOf('apt-get', [...APT, ...packages], env))
  if (exitCode !== 0) say(`apt-get failed (exit code ${exitCode}): nothing is mailed through a real mail server.`)
}
