// @ts-check
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { filesBelow, fingerprint, readStamp } from './fingerprint.mjs'
import { projectRoot, SetupError, say } from './project.mjs'
import { exitCodeOfPackage } from './subprocess.mjs'

const STAMP = 'dist/.built.json'
const COMPILED_FOLDERS = ['data', 'alerts', 'server', 'test', 'bench']
const COMMON_INPUTS = ['package.json', 'package-lock.json', 'tsconfig.json']

/** @typedef {{ code: string, pages: string }} Stamp what dist/ was made from: the programs, and the dashboard's pages */

/** Compiles the programs and the dashboard's pages into dist/, each only where its sources changed. */
export async function ensureBuilt() {
  /** @type {Stamp} */
  const wanted = {
    code: fingerprint([...COMMON_INPUTS, ...COMPILED_FOLDERS, 'web']),
    pages: fingerprint([...COMMON_INPUTS, 'vite.config.ts', 'server/api/types.ts', 'web']),
  }
  const built = readBuilt()
  if (isDeepStrictEqual(built, wanted)) return
  // Gone until all is built: a set-up that is stopped in the middle must not leave a stamp that says otherwise.
  rmSync(projectRoot + STAMP, { force: true })
  if (built.code !== wanted.code) await compile(built.code === undefined)
  if (built.pages !== wanted.pages) await bundlePages()
  mkdirSync(`${projectRoot}dist`, { recursive: true })
  writeFileSync(projectRoot + STAMP, JSON.stringify(wanted))
}

/** What dist/ holds, by its stamp; nothing of what somebody removed. @returns {Partial<Stamp>} */
function readBuilt() {
  const stamp = /** @type {Partial<Stamp> | null} */ (readStamp(STAMP))
  return {
    ...(existsSync(`${projectRoot}dist/server/cli/main.js`) ? { code: stamp?.code } : {}),
    ...(existsSync(`${projectRoot}dist/web/index.html`) ? { pages: stamp?.pages } : {}),
  }
}

/** @param {boolean} anew don't believe what earlier runs noted about dist/ */
async function compile(anew) {
  say('Compiling …')
  const exitCode = await exitCodeOfPackage('typescript/bin/tsc', ['-b', ...(anew ? ['--force'] : [])])
  if (exitCode !== 0) throw new SetupError('The compiler found errors: they are listed above.')
  removeOrphans()
}

async function bundlePages() {
  say('Building the dashboard …')
  const exitCode = await exitCodeOfPackage('vite/bin/vite.js', ['build', '--logLevel', 'warn'])
  if (exitCode !== 0) throw new SetupError("The dashboard can't be built: the reasons are listed above.")
}

/** Removes what was compiled from a source that is gone: it would go on being found by tests and workers. */
function removeOrphans() {
  for (const compiled of COMPILED_FOLDERS.flatMap((folder) => filesBelow(`dist/${folder}`))) {
    const source = compiled.replace(/^dist\//, '').replace(/(\.js|\.js\.map|\.d\.ts)$/, '')
    const exists = ['.ts', '.tsx', ''].some((ending) => existsSync(projectRoot + source + ending))
    if (!exists) rmSync(projectRoot + compiled)
  }
}
