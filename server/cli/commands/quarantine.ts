import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type QuarantinedLine, quarantinedLine, quarantineGroups } from '../../quarantine/quarantine-lines.ts'
import type { Settings } from '../../settings/schema.ts'
import type { Arguments } from '../arguments.ts'
import { askOwner, type OwnerAnswer } from '../ask-owner.ts'
import { checkedSettings } from '../checked-settings.ts'
import { type Command, CommandError, type CommandIo } from '../command.ts'
import { jsonLines } from '../json-lines.ts'
import { KEPT_OPTIONS, keptQuery } from '../kept-options.ts'
import { shown } from '../shown.ts'
import { UsageError } from '../usage-error.ts'

const FORMATS = ['ndjson', 'dir']

export const quarantineCommand: Command = {
  name: 'quarantine',
  summary: 'Shows what could not be converted.',
  usage: 'list|show NAME|export [--problem NAMES] [--since T] [--until T]',
  help: `list: what lies in the quarantine, rejected submissions among it, by problem, channel and UTC day of receipt: how many, how
large, the most frequent offending values, and the names of some.

show: all that is known of one submission, named by its document id or as SEGMENT/FRAME, and the beginning of its body.

export: the submissions themselves, byte for byte: a JSON object a line, the body in base64, or, with --format dir, into the folder
--out: of each the body as it was received (NAME.body) and what is known of it (NAME.json).

What was received in the last minutes is there once its part of the archive is written.`,
  options: {
    ...KEPT_OPTIONS,
    full: { about: 'show: the whole body.' },
    format: { value: 'FORMAT', about: 'export: ndjson (default) or dir.' },
    out: { value: 'FOLDER', about: 'export --format dir: where to; it is made where it is missing.' },
    json: { about: 'list: as JSON.' },
  },
  takesSettings: true,
  operands: { least: 1, most: 2 },
  async run(args, io) {
    const [what = '', name] = args.operands
    const { settings } = checkedSettings(io)
    if (what === 'show' && name !== undefined) return show(name, args, io, settings)
    if (name !== undefined || what === 'show') throw new UsageError(`use "quarantine list", "show NAME" or "export"`)
    if (what === 'list') return list(args, io, settings)
    if (what === 'export') return exportAll(args, io, settings)
    throw new UsageError(`${JSON.stringify(what)} is nothing that the quarantine can do: use list, show or export`)
  },
}

const NOTHING = `Nothing of that kind is in the quarantine.
What was received in the last minutes is there once its part of the archive is written.
`

async function list(args: Arguments, io: CommandIo, settings: Settings): Promise<number> {
  const groups = await ask(settings, io, `list?${keptQuery(args)}`, async ({ body }) =>
    quarantineGroups.parse(JSON.parse(await text(body))),
  )
  if (args.isOn('json')) {
    io.out(`${JSON.stringify(groups, null, 2)}\n`)
    return 0
  }
  if (groups.length === 0) io.out(NOTHING)
  const rows = groups.map(({ problem, channel, date, submissions, bytes }) => {
    return [problem, shown(channel), date, String(submissions), String(bytes)]
  })
  const titles = ['PROBLEM', 'CHANNEL', 'DAY', 'SUBMISSIONS', 'BYTES']
  const widths = titles.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0)))
  const line = (cells: readonly string[]) =>
    `${cells
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd()}\n`
  if (groups.length > 0) io.out(line(titles))
  for (const [at, row] of rows.entries()) {
    io.out(line(row))
    const { values = [], samples = [] } = groups[at] ?? {}
    if (values.length > 0) io.out(`    values:  ${values.map(shown).join('  ')}\n`)
    if (samples.length > 0) io.out(`    samples: ${samples.map(shown).join('  ')}\n`)
  }
  return 0
}

const PREVIEW_BYTES = 2000

async function show(name: string, args: Arguments, io: CommandIo, settings: Settings): Promise<number> {
  const found = await ask(settings, io, `find?${new URLSearchParams({ name })}`, async (answer) => {
    const lines: QuarantinedLine[] = []
    for await (const line of jsonLines(answer.body, quarantinedLine)) lines.push(line)
    return lines
  })
  if (found.length === 0) throw new CommandError(`no submission ${JSON.stringify(name)} is in the quarantine`)
  for (const { body, ...known } of found) {
    const bytes = Buffer.from(body, 'base64')
    const length = args.isOn('full') ? bytes.length : Math.min(bytes.length, PREVIEW_BYTES)
    io.out(`${JSON.stringify({ ...known, bytes: bytes.length }, null, 2)}\n`)
    io.out(`${shown(bytes.toString('utf8', 0, length))}\n`)
    if (length < bytes.length) io.out(`(${bytes.length - length} bytes more: --full, or quarantine export)\n`)
  }
  return 0
}

async function exportAll(args: Arguments, io: CommandIo, settings: Settings): Promise<number> {
  const format = args.option('format') ?? 'ndjson'
  const out = args.option('out')
  if (!FORMATS.includes(format))
    throw new UsageError(`--format is ${JSON.stringify(format)}: use ${FORMATS.join(' or ')}`)
  if ((format === 'dir') !== (out !== null)) throw new UsageError('--format dir and --out FOLDER belong together')
  if (out !== null) await mkdir(out, { recursive: true })
  const count = await ask(settings, io, `export?${keptQuery(args)}`, async (answer) => {
    let written = 0
    for await (const line of jsonLines(answer.body, quarantinedLine)) {
      if (out === null) io.out(`${JSON.stringify(line)}\n`)
      else await writeInto(out, line)
      written++
    }
    return written
  })
  if (out !== null) io.out(`${count} submissions written into ${out}.\n`)
  return 0
}

/** Segments' names are our own: letters, digits and marks that files may be called by. */
async function writeInto(folder: string, { body, ...known }: QuarantinedLine): Promise<void> {
  const path = join(folder, `${encodeURIComponent(known.segment)}-${known.frame}`)
  await writeFile(`${path}.body`, Buffer.from(body, 'base64'))
  await writeFile(`${path}.json`, `${JSON.stringify(known, null, 2)}\n`)
}

function ask<T>(
  settings: Settings,
  io: CommandIo,
  what: string,
  read: (answer: OwnerAnswer) => Promise<T>,
): Promise<T> {
  const question = { method: 'GET', path: `/quarantine/${what}`, stop: io.stop } as const
  return askOwner(settings, question, async (answer) => {
    if (answer.status !== 200) throw new CommandError(await text(answer.body))
    return read(answer)
  })
}
