import type { OptionSpec } from './arguments.ts'
import type { Command } from './command.ts'

/** What `tidewatch help` says. */
export function overview(commands: readonly Command[]): string {
  return [
    'Tidewatch counts telemetry submissions and tells when their tide is wrong.',
    '',
    'Usage: tidewatch COMMAND [OPTION…]',
    '',
    ...columns(commands.map(({ name, summary }) => [name, summary])),
    '',
    'tidewatch COMMAND --help says more about one; tidewatch --version tells the version.',
    '',
  ].join('\n')
}

/** What `tidewatch <command> --help` says. */
export function commandHelp(command: Command): string {
  const { help, options, takesSettings } = command
  const settings =
    'Every setting can be given too: --config FILE, --state DIR, --receive.listen HOST:PORT … (tidewatch config lists them all).'
  return helpText({ usage: usageLine(command), about: help, options, ...(takesSettings && { end: settings }) })
}

/** What a program that takes options says of itself: its usage, paragraphs, options, what there is besides, and a last paragraph. */
export function helpText({
  usage,
  about,
  options,
  sections = [],
  end,
}: {
  readonly usage: string
  readonly about: string
  readonly options: Readonly<Record<string, OptionSpec>>
  readonly sections?: readonly { readonly title: string; readonly rows: readonly (readonly [string, string])[] }[]
  readonly end?: string
}): string {
  const rows = Object.entries(options).map(([option, spec]): [string, string] => [optionText(option, spec), spec.about])
  return [
    usage,
    '',
    ...paragraphs(about),
    '',
    ...columns([...rows, ['--help', 'Shows this.']]),
    ...sections.flatMap((section) => ['', section.title, ...columns(section.rows)]),
    ...(end === undefined ? [] : ['', ...wrapped(end)]),
    '',
  ].join('\n')
}

/** `Usage: tidewatch config [--changed] [--json]` */
export function usageLine({ name, usage }: Pick<Command, 'name' | 'usage'>): string {
  return `Usage: tidewatch ${name} ${usage}`.trimEnd()
}

function optionText(name: string, spec: OptionSpec): string {
  return spec.value === undefined ? `--${name}` : `--${name} ${spec.value}`
}

const WIDTH = 100

/** The text's paragraphs, each filled to the width; what begins with blanks (an example) stays as it is. */
function paragraphs(text: string): string[] {
  const blocks = text.trim().split(/\n\s*\n/)
  return blocks.flatMap((block, i) => [
    ...(i > 0 ? [''] : []),
    ...(block.startsWith(' ') ? block.split('\n') : wrapped(block.replaceAll('\n', ' '))),
  ])
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const left = Math.max(...rows.map(([name]) => name.length)) + 4
  return rows.flatMap(([name, text]) => {
    const [first = '', ...rest] = wrapped(text, WIDTH - left)
    return [`  ${name.padEnd(left - 2)}${first}`, ...rest.map((line) => ' '.repeat(left) + line)]
  })
}

/** Breaks `text` at blanks into lines of at most `width` letters; a longer word stands alone. */
function wrapped(text: string, width = WIDTH): string[] {
  const lines = ['']
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? ''
    if (last !== '' && last.length + 1 + word.length > width) lines.push(word)
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`
  }
  return lines
}
