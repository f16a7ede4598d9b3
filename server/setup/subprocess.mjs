// @ts-check
import { spawn } from 'node:child_process'
import { projectRoot, SetupError } from './project.mjs'

/**
 * Runs a program in the checkout's folder, its words shown on stderr, and answers its exit code; ended by a signal is 1.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {Readonly<Record<string, string>>} [env] added to this process's own
 * @returns {Promise<number>}
 */
export function exitCodeOf(program, args, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: projectRoot,
      env: { ...process.env, ...env },
      // Not this process's stdout: scripts read the answer of `npm run -s tidewatch` from there.
      stdio: ['ignore', 2, 2],
    })
    child.once('error', (error) => reject(new SetupError(`${program} can't be started: ${error.message}`)))
    child.once('close', (code) => resolve(code ?? 1))
  })
}

/**
 * Runs one of the installed packages' programs, by its JavaScript file, with this very Node.js.
 * @param {string} file within node_modules
 * @param {readonly string[]} args
 * @param {Readonly<Record<string, string>>} [env]
 */
export function exitCodeOfPackage(file, args, env) {
  return exitCodeOf(process.execPath, [`${projectRoot}node_modules/${file}`, ...args], env)
}
