#!/usr/bin/env node
import { runCommandLine } from './run-command-line.ts'
import { stopSignal } from './stop-signal.ts'

// Whoever reads may stop early (`… | head`): what is left is of no use to anybody.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 70))

process.exitCode = await runCommandLine(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  isTerminal: process.stderr.isTTY === true,
  readInput: () => process.stdin,
  environment: process.env,
  currentFolder: process.cwd(),
  stop: stopSignal(),
})
