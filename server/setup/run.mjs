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
  stopWithNpm()
  process.argv = [process.execPath, path, ...args]
  await import(pathToFileURL(path).href)
}

/**
 * Asks the program to stop when npm is gone, however it died: people who kill npm mean what it runs. (SIGTERM and Ctrl-C
 * need no such thing: the scripts of package.json begin with `exec`, so npm hands them to this process and not to a shell.)
 */
function stopWithNpm() {
  if (process.env.npm_lifecycle_event === undefined) return
  const npm = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === npm) return
    clearInterval(timer)
    process.kill(process.pid, 'SIGTERM')
  }, 500)
  timer.unref()
}
