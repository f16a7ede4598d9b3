// @ts-check
import { pathToFileURL } from 'node:url'
import { ensureBuilt } from './build.mjs'
import { ensureInstalled } from './install.mjs'
import { withSetupLock } from './lock.mjs'
import { projectRoot, SetupError, say } from './project.mjs'
import { runTests } from './suites/run-tests.mjs'

/**
 * What the scripts of package.json ask for: makes the checkout ready (installed and built, if it isn't), then
 * - `program FILE args…` runs a compiled program in this very process, so that signals, terminal and exit code are its
 *   own, with nobody between it and npm;
 * - `test [suite…]` runs the tests;
 * - `nothing` is done.
 * @param {readonly string[]} words
 */
export async function run([what = '', ...args]) {
  try {
    await withSetupLock(async () => {
      await ensureInstalled()
      // The tests build for themselves: there, a type error is one more finding.
      if (what !== 'test') await ensureBuilt()
    })
    if (what === 'program') await runProgram(args)
    else if (what === 'test') process.exitCode = await runTests(args)
    else if (what !== 'nothing') throw new SetupError(`server/setup: "${what}" is none of program, test, nothing.`)
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    say(error.message)
    process.exitCode = 1
  }
}

/** @param {readonly string[]} args the file within dist/, then its own arguments */
async function runProgram([file = '', ...args]) {
  const path = `${projectRoot}dist/${file}`
  process.setSourceMapsEnabled(true)
  process.argv = [process.execPath, path, ...args]
  await import(pathToFileURL(path).href)
}
