// @ts-check
import { rmSync, writeFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { fingerprint, readStamp } from './fingerprint.mjs'
import { projectRoot, SetupError, say } from './project.mjs'
import { exitCodeOf } from './subprocess.mjs'

const STAMP = 'node_modules/.tidewatch-installed.json'

/**
 * Installs exactly what package-lock.json says, unless just that is installed already, for this kind of machine and
 * Node.js: some packages hold binaries.
 */
export async function ensureInstalled() {
  const wanted = wantedStamp()
  if (isDeepStrictEqual(readStamp(STAMP), wanted)) return
  say('Installing the packages of package-lock.json …')
  rmSync(projectRoot + STAMP, { force: true })
  // Building needs the development packages too, also where NODE_ENV says production; and npm run -s silences its child.
  const [program, ...args] = npmCommand(['ci', '--include=dev', '--loglevel=error'])
  const exitCode = await exitCodeOf(program, args)
  if (exitCode !== 0) throw new SetupError(`npm ci failed (exit code ${exitCode}): its words are above.`)
  writeFileSync(projectRoot + STAMP, JSON.stringify(wanted))
}

function wantedStamp() {
  const { platform, arch, versions } = process
  return { lockfile: fingerprint(['package-lock.json', '.npmrc']), platform, arch, abi: versions.modules }
}

/**
 * Program and arguments that run npm: the one that started this process, where one did.
 * @param {readonly string[]} args
 * @returns {[string, ...string[]]}
 */
export function npmCommand(args) {
  const running = process.env.npm_execpath
  return running !== undefined && /npm-cli\.c?js$/.test(running)
    ? [process.execPath, running, ...args]
    : ['npm', ...args]
}
