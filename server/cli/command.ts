import type { CheckedSettings, SettingsProblems } from '../settings/resolve-settings.ts'
import type { Arguments, OperandNumber, OptionSpec } from './arguments.ts'

/**
 * One command of `tidewatch`. To add one: a file in commands/ that exports such an object, and its line in
 * commands/all.ts. Name checking, `--help`, `--version`, settings and exit codes come by themselves.
 */
export interface Command {
  readonly name: string
  /** One line for `tidewatch help`. */
  readonly summary: string
  /** The words after `tidewatch <name>` in the usage line: `FILE [--dry-run]`. */
  readonly usage: string
  /** What `--help` says below the usage line: paragraphs, which are filled, and indented examples; without the options. */
  readonly help: string
  readonly options: Readonly<Record<string, OptionSpec>>
  /** Whether the settings' own flags (`--state`, `--receive.listen` …) and `--config` are taken too. */
  readonly takesSettings: boolean
  readonly operands: OperandNumber
  /**
   * Answers the exit code; 0 is success. Throw UsageError for what the person typed, CommandError for other trouble that
   * they can act on; anything else that is thrown is a fault of ours and is shown with its stack.
   */
  run(args: Arguments, io: CommandIo): Promise<number>
}

/**
 * Commands by their names, each loaded when it is asked for: one that answers in milliseconds doesn't wait for what others
 * need (a database, the judge, what draws pictures).
 */
export type CommandTable = Readonly<Record<string, () => Promise<Command>>>

/** The world as a command sees it: a test puts its own in place. */
export interface CommandIo {
  /** For the command's answer. */
  readonly out: (text: string) => void
  /** For progress, warnings and errors. */
  readonly err: (text: string) => void
  /** Whether somebody watches `err`: then a command that takes long says how far it is. */
  readonly isTerminal?: boolean
  /** Begins to read standard input; for commands that are given `-` for a file. */
  readonly readInput?: () => AsyncIterable<Uint8Array>
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly currentFolder: string
  /** Reads the settings from all their sources, anew each time. Only for commands that take settings. */
  readonly loadSettings: () => CheckedSettings | SettingsProblems
  /** Aborted when the command is asked to stop (Ctrl-C, SIGTERM): then it ends cleanly and soon. */
  readonly stop: AbortSignal
}

/** Expected trouble: its message is all that is shown. */
export class CommandError extends Error {
  readonly exitCode: number

  constructor(message: string, exitCode = 1) {
    super(message)
    this.exitCode = exitCode
  }
}
