import { describe, expect, test } from 'vitest'
import type { Arguments } from './arguments.ts'
import { checkedSettings } from './checked-settings.ts'
import { type Command, CommandError, type CommandTable } from './command.ts'
import { COMMANDS } from './commands/all.ts'
import { runCommandLine } from './run-command-line.ts'

const copy: Command = {
  name: 'copy',
  summary: 'Copies water.',
  usage: 'FROM [TO] [--rate N] [--dry-run]',
  help: 'From one place to another.',
  options: { rate: { value: 'N', about: 'Per second.' }, 'dry-run': { about: 'Only says what it would do.' } },
  takesSettings: true,
  operands: { least: 1, most: 2 },
  async run(args, io) {
    if (args.operands[0] === 'nowhere') throw new CommandError('nowhere is no place', 3)
    if (args.operands[0] === 'fault') throw new Error('broken')
    io.out(told(args))
    return args.isOn('dry-run') ? 1 : 0
  },
}

const told = (args: Arguments) => `${args.operands.join(' ')} at ${args.option('rate')}`

describe('a command', () => {
  test.each([
    { words: 'copy a b --rate 3', out: 'a b at 3', exitCode: 0 },
    { words: 'copy --rate=3 a', out: 'a at 3', exitCode: 0 },
    { words: 'copy a --rate 1 --rate 2', out: 'a at 2', exitCode: 0 },
    { words: 'copy a --dry-run', out: 'a at null', exitCode: 1 },
    { words: 'copy -- --rate', out: '--rate at null', exitCode: 0 },
    { words: 'copy a --log.level debug --config x.yaml', out: 'a at null', exitCode: 0 },
  ])('$words', async ({ words, out, exitCode }) => {
    expect(await tidewatch(words)).toEqual({ exitCode, out, err: '' })
  })

  test('that fails in an expected way says so, and no more', async () => {
    expect(await tidewatch('copy nowhere')).toEqual({ exitCode: 3, out: '', err: 'nowhere is no place\n' })
  })

  test('that fails by a fault of ours shows where', async () => {
    const { exitCode, err } = await tidewatch('copy fault')
    expect(exitCode).toBe(70)
    expect(err).toContain('Error: broken\n    at ')
  })

  test('reads the settings from flags and environment, and fails with 78 and everything that is wrong', async () => {
    const probe: Command = {
      ...copy,
      async run(_args, io) {
        io.out(`${checkedSettings(io).settings.log.level}`)
        return 0
      },
    }
    expect(await tidewatch('copy a --log.level debug', { copy: async () => probe })).toMatchObject({
      exitCode: 0,
      out: 'debug',
    })
    const { exitCode, err } = await tidewatch('copy a --log.level loud --archive.keepDays 0', {
      copy: async () => probe,
    })
    expect(exitCode).toBe(78)
    expect(err.trim().split('\n')).toHaveLength(2)
  })
})

describe('what was typed wrongly', () => {
  test.each([
    { words: 'cpoy a', says: '"cpoy" is no command: did you mean copy?' },
    { words: 'sail', says: '"sail" is no command: there are copy' },
    { words: 'help cpoy', says: '"cpoy" is no command: did you mean copy?' },
    { words: 'copy a --raet 3', says: '--raet is no option of this command: did you mean --rate?' },
    { words: 'copy a --stat x', says: '--stat is no option of this command: did you mean --state?' },
    { words: 'copy a -r', says: '-r is no option of this command' },
    { words: 'copy a --rate', says: '--rate needs a value: --rate N' },
    { words: 'copy a --rate --dry-run', says: '--rate needs a value: --rate N' },
    { words: 'copy a --dry-run=yes', says: '--dry-run takes no value, and was given "yes"' },
    { words: 'copy a b c', says: '"c" is one argument too many: at most 2 are taken' },
    { words: 'copy', says: 'an argument is missing' },
    { words: 'copy a --constructor', says: '--constructor is no option of this command' },
  ])('$words', async ({ words, says }) => {
    const { exitCode, out, err } = await tidewatch(words)
    expect({ exitCode, out, says: err.split('\n')[0] }).toEqual({ exitCode: 64, out: '', says })
  })
})

describe('help', () => {
  test.each(['', 'help', '--help'])('"%s" lists the commands', async (words) => {
    expect(await tidewatch(words)).toMatchObject({
      exitCode: 0,
      err: '',
      out: expect.stringMatching(/ {2}copy {2,}Copies water\./),
    })
  })

  test.each(['help copy', 'copy --help', 'copy --what --help'])('"%s" is about the command', async (words) => {
    const { exitCode, out } = await tidewatch(words)
    expect(exitCode).toBe(0)
    expect(out).toContain('Usage: tidewatch copy FROM [TO] [--rate N] [--dry-run]')
    expect(out).toMatch(/ {2}--rate N {2,}Per second\./)
  })

  test('"--version" tells the version', async () => {
    expect(await tidewatch('--version')).toMatchObject({ exitCode: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
  })

  test.each(Object.keys(COMMANDS))('of %s fits a terminal', async (name) => {
    const { out } = await tidewatch(`${name} --help`, COMMANDS)
    for (const line of out.split('\n')) expect(line.length, line).toBeLessThanOrEqual(100)
  })
})

async function tidewatch(words: string, commands: CommandTable = { copy: async () => copy }) {
  const said = { out: '', err: '' }
  const exitCode = await runCommandLine(
    words.split(' ').filter((word) => word !== ''),
    {
      out: (text) => {
        said.out += text
      },
      err: (text) => {
        said.err += text
      },
      environment: {},
      currentFolder: '/nowhere',
      stop: new AbortController().signal,
    },
    commands,
  )
  return { exitCode, ...said }
}
