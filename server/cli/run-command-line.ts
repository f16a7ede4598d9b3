import { loadSettings } from '../settings/load-settings.ts'
import { SETTING_NAMES } from '../settings/names.ts'
import { nearestName } from '../settings/nearest-name.ts'
import { type Arguments, type OptionSpec, readArguments } from './arguments.ts'
import { type Command, CommandError, type CommandIo, type CommandTable } from './command.ts'
import { COMMANDS } from './commands/all.ts'
import { commandHelp, overview, usageLine } from './help.ts'
import { UsageError } from './usage-error.ts'
import { version } from './version.ts'

/** What sysexits.h calls EX_USAGE: the command was used incorrectly. */
const EXIT_USAGE = 64
/** EX_SOFTWARE: a fault of ours. */
const EXIT_FAULT = 70

const HELP: OptionSpec = { about: 'Shows this.' }
const CONFIG: OptionSpec = { value: 'FILE', about: 'The settings file; without it ./tidewatch.yaml, if it is there.' }
const SETTING_OPTIONS: Readonly<Record<string, OptionSpec>> = Object.fromEntries(
  SETTING_NAMES.map(({ path, facts }) => [path, { value: path === 'state' ? 'DIR' : 'VALUE', about: facts.about }]),
)

/** Runs `tidewatch <words>` and answers its exit code. `commands` are those of the program, unless a test has its own. */
export async function runCommandLine(
  words: readonly string[],
  io: Omit<CommandIo, 'loadSettings'>,
  commands: CommandTable = COMMANDS,
): Promise<number> {
  const [first = 'help', ...rest] = words
  if (first === '--version' || first === 'version') return answer(io, `${version()}\n`)
  if (first === '--help' || first === 'help') return helpOn(rest[0], io, commands)
  const command = await commandOf(first, commands)
  if (command === null) return refuse(io, unknownCommand(first, commands), 'tidewatch help')
  try {
    return await runCommand(command, rest, io)
  } catch (error) {
    return failed(error, command, io)
  }
}

async function runCommand(command: Command, words: readonly string[], io: Omit<CommandIo, 'loadSettings'>) {
  if (asksForHelp(words)) return answer(io, commandHelp(command))
  const args = readArguments(
    words,
    {
      ...command.options,
      ...(command.takesSettings ? { config: CONFIG, ...SETTING_OPTIONS } : {}),
      help: HELP,
    },
    command.operands,
  )
  return command.run(args, { ...io, loadSettings: () => loadSettings(settingsInput(command, args, io)) })
}

/** Before anything else is looked at: who asks for help may well have the rest wrong. */
function asksForHelp(words: readonly string[]): boolean {
  const end = words.indexOf('--')
  return (end === -1 ? words : words.slice(0, end)).includes('--help')
}

function settingsInput(
  { options }: Command,
  { given, option }: Arguments,
  { environment, currentFolder }: Omit<CommandIo, 'loadSettings'>,
) {
  const named = [...given].map(([name, text]) => [options[name]?.setting ?? name, text] as const)
  const flags = new Map(named.filter(([name]) => name in SETTING_OPTIONS))
  return { flags, configFile: option('config'), environment, currentFolder }
}

async function helpOn(
  name: string | undefined,
  io: Omit<CommandIo, 'loadSettings'>,
  commands: CommandTable,
): Promise<number> {
  if (name === undefined) return answer(io, overview(await Promise.all(Object.values(commands).map((load) => load()))))
  const command = await commandOf(name, commands)
  return command === null
    ? refuse(io, unknownCommand(name, commands), 'tidewatch help')
    : answer(io, commandHelp(command))
}

/** Null: there is none of that name. */
async function commandOf(name: string, commands: CommandTable): Promise<Command | null> {
  return Object.hasOwn(commands, name) ? ((await commands[name]?.()) ?? null) : null
}

function unknownCommand(name: string, commands: CommandTable): string {
  const names = Object.keys(commands)
  const nearest = nearestName(name, names)
  const advice = nearest === null ? `there are ${names.join(', ')}` : `did you mean ${nearest}?`
  return `${JSON.stringify(name)} is no command: ${advice}`
}

function failed(error: unknown, command: Command, io: Omit<CommandIo, 'loadSettings'>): number {
  if (error instanceof UsageError)
    return refuse(io, `${error.message}\n${usageLine(command)}`, `tidewatch ${command.name} --help`)
  if (error instanceof CommandError) {
    io.err(`${error.message}\n`)
    return error.exitCode
  }
  const stack = error instanceof Error ? error.stack : String(error)
  io.err(`tidewatch ${command.name} failed by a fault of its own:\n${stack}\n`)
  return EXIT_FAULT
}

function refuse(io: Omit<CommandIo, 'loadSettings'>, message: string, help: string): number {
  io.err(`${message}\n(${help} says more.)\n`)
  return EXIT_USAGE
}

function answer(io: Omit<CommandIo, 'loadSettings'>, text: string): number {
  io.out(text)
  return 0
}
