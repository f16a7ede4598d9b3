// @ts-check
import { accessSync, constants } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'
import { SetupError, say } from '../project.mjs'
import { exitCodeOf } from '../subprocess.mjs'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const APT = ['apt-get', '-o', 'DPkg::Lock::Timeout=120']

/**
 * The browser that the tests drive: the one TIDEWATCH_CHROMIUM names, else an installed Chromium or Chrome, else
 * Debian's, which is installed where that is allowed.
 * @returns {Promise<string>} its path
 */
export async function ensureChromium() {
  const named = process.env.TIDEWATCH_CHROMIUM
  if (named !== undefined && named !== '') {
    if (isAbsolute(named) && isExecutable(named)) return named
    throw new SetupError(`TIDEWATCH_CHROMIUM is "${named}": use the absolute path of a Chromium or Chrome program.`)
  }
  return onPath(NAMES) ?? (await installFromDebian())
}

async function installFromDebian() {
  const asRoot = await rootPrefix()
  if (onPath(['apt-get']) === null || asRoot === null)
    throw new SetupError(missing('it may not be installed from here'))
  say('Installing Chromium for the browser tests (apt-get) …')
  const [program = '', ...args] = [...asRoot, ...APT]
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  const exitCode =
    (await exitCodeOf(program, [...args, 'update'], env)) ||
    (await exitCodeOf(program, [...args, 'install', '-y', '--no-install-recommends', 'chromium'], env))
  const installed = onPath(NAMES)
  if (installed === null) throw new SetupError(missing(`apt-get failed (exit code ${exitCode})`))
  return installed
}

/** @param {string} why */
function missing(why) {
  return (
    `The browser tests need Chromium, and ${why}: install it (Debian and Ubuntu: apt-get install chromium), ` +
    'or set TIDEWATCH_CHROMIUM to the path of a Chromium or Chrome program.'
  )
}

/** What has to stand before a command so that root runs it; null: this user can't have that without a password. */
async function rootPrefix() {
  if (process.getuid?.() === 0) return []
  if (onPath(['sudo']) === null) return null
  return (await exitCodeOf('sudo', ['-n', 'true'])) === 0 ? ['sudo', '-n'] : null
}

/** @param {readonly string[]} names @returns {string | null} the first program of these names in PATH, with its path */
function onPath(names) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable) ?? null
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
