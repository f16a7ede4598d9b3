#!/usr/bin/env node
import { runCommandLine } from './run-command-line.ts'
import { stopSignal } from './stop-signal.ts'

process.exitCode = await runCommandLine(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  environment: process.env,
  currentFolder: process.cwd(),
  stop: stopSignal(),
})
