// @ts-check
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureBuilt } from '../build.mjs'
import { npmCommand } from '../install.mjs'
import { withSetupLock } from '../lock.mjs'
import { projectRoot, SetupError, say } from '../project.mjs'
import { exitCodeOf, exitCodeOfPackage } from '../subprocess.mjs'
import { ensureChromium } from './chromium.mjs'
import { ensureExim } from './exim.mjs'
import { checkResults, playwrightResults, suiteResults, summary, vitestResults } from './results.mjs'
import { withScratch } from './scratch.mjs'

/** @typedef {import('./results.mjs').Results} Results */

const LTS_MAJOR = '24'
/** Run where it is asked for by name: `npm test unit-lts`. */
const ON_REQUEST = ['unit-lts']

/** Far from UTC and off the full hour, so that no local time slips through. */
const TEST_ENV = { TZ: 'Pacific/Chatham' }

/**
 * What `npm test` runs, in this order. Arguments (`npm run test:unit -- data/spool`) go to the suite's own program.
 * @type {Record<string, (args: readonly string[]) => Promise<Results>>}
 */
const SUITES = {
  types: async () => checkResults('types (tsc) and build', await isBuilt()),
  lint: async () => checkResults('format and lint (biome)', (await exitCodeOfPackage(BIOME, BIOME_CI)) === 0),
  unused: async () =>
    checkResults('dead files and exports (knip)', (await exitCodeOfPackage('knip/bin/knip.js', [])) === 0),
  unit: (args) => vitest('unit*', args),
  integration: async (args) => {
    await ensureExim()
    return vitest('integration', args, await browserEnv())
  },
  browser: (args) => playwright(args),
  'unit-lts': (args) => vitestUnderLts(args),
}

const BIOME = '@biomejs/biome/bin/biome'
const BIOME_CI = ['ci', '--error-on-warnings', ...(process.stderr.isTTY ? [] : ['--colors=off'])]

/**
 * Runs the named suite with its arguments, or all that are run by default, and closes with the line `N passed, N failed`.
 * @param {readonly string[]} words a suite's name (or several, joined by commas), then its arguments
 * @returns {Promise<number>} the exit code
 */
export async function runTests([chosen, ...args]) {
  const byDefault = Object.keys(SUITES).filter((name) => !ON_REQUEST.includes(name))
  const names = chosen === undefined ? byDefault : chosen.split(',')
  const suites = []
  for (const name of names) {
    const suite = SUITES[name]
    if (suite === undefined) throw new SetupError(`"${name}" is no suite: there are ${Object.keys(SUITES).join(', ')}.`)
    say(`\n── ${name} ──`)
    suites.push({ name, results: await resultsOf(name, suite, args) })
  }
  process.stdout.write(`\n${summary(suites).join('\n')}\n`)
  return suites.some(({ results }) => results.failed > 0) ? 1 : 0
}

/**
 * A suite that can't even start has failed; the others are run all the same.
 * @param {string} name
 * @param {(args: readonly string[]) => Promise<Results>} suite
 * @param {readonly string[]} args
 */
async function resultsOf(name, suite, args) {
  try {
    return await suite(args)
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    return checkResults(`${name}: ${error.message}`, false)
  }
}

async function isBuilt() {
  try {
    await withSetupLock(ensureBuilt)
    return true
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    say(error.message)
    return false
  }
}

/** @param {string} project `*` stands for any text @param {readonly string[]} args @param {Readonly<Record<string, string>>} env */
function vitest(project, args, env = TEST_ENV) {
  return reported(project, vitestResults, (report, scratch) =>
    exitCodeOfPackage('vitest/vitest.mjs', vitestArgs(project, report, args), { ...env, ...scratch }),
  )
}

/** @param {readonly string[]} args */
async function vitestUnderLts(args) {
  const [program, ...npmArgs] = npmCommand(['exec', '--yes', `--package=node@${LTS_MAJOR}`, '--', 'node'])
  const isLts = `process.exit(process.versions.node.startsWith('${LTS_MAJOR}.') ? 0 : 1)`
  if ((await exitCodeOf(program, [...npmArgs, '-e', isLts])) !== 0) {
    throw new SetupError(`Node.js ${LTS_MAJOR} can't be had from the npm registry (package node@${LTS_MAJOR}).`)
  }
  return reported('unit-lts', vitestResults, (report, scratch) =>
    exitCodeOf(
      program,
      [...npmArgs, join(projectRoot, 'node_modules/vitest/vitest.mjs'), ...vitestArgs('unit*', report, args)],
      { ...TEST_ENV, ...scratch },
    ),
  )
}

/** @param {string} project @param {string} report @param {readonly string[]} args */
function vitestArgs(project, report, args) {
  return ['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...args]
}

/** @param {readonly string[]} args */
async function playwright(args) {
  const env = await browserEnv()
  return reported('browser', playwrightResults, (report, scratch) =>
    exitCodeOfPackage(
      '@playwright/test/cli.js',
      ['test', '--config', 'test/browser/playwright.config.ts', '--reporter=line,json', ...args],
      { ...env, ...scratch, PLAYWRIGHT_JSON_OUTPUT_FILE: report },
    ),
  )
}

async function browserEnv() {
  return { ...TEST_ENV, TIDEWATCH_CHROMIUM: await ensureChromium() }
}

/**
 * Runs a suite that writes a report file, and reads that.
 * @template Report
 * @param {string} suite
 * @param {(report: Report) => Results} read
 * @param {(path: string, scratch: Readonly<Record<string, string>>) => Promise<number>} start
 */
async function reported(suite, read, start) {
  const folder = mkdtempSync(join(tmpdir(), 'tidewatch-report-'))
  try {
    const path = join(folder, 'report.json')
    const exitCode = await withScratch((scratch) => start(path, scratch))
    return suiteResults(suite, readReport(path, read), exitCode)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * @template Report
 * @param {string} path
 * @param {(report: Report) => Results} read
 */
function readReport(path, read) {
  try {
    return read(JSON.parse(readFileSync(path, 'utf8')))
  } catch (error) {
    say(`No report was written: ${error}`)
    return null
  }
}
