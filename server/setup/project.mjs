// @ts-check
import { fileURLToPath } from 'node:url'

/** The checkout's folder, with a closing slash. */
export const projectRoot = fileURLToPath(new URL('../../', import.meta.url))

/** Trouble that the person at the terminal can act on: its message is all they need to see. */
export class SetupError extends Error {}

/**
 * Progress goes to stderr: stdout belongs to the command that is being set up.
 * @param {string} line
 */
export function say(line) {
  process.stderr.write(`${line}\n`)
}
