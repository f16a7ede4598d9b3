import { createWriteStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import type { Condition } from '../../../data/archive/reading/archive-filter.ts'
import { type ArchiveReader, openArchiveReader } from '../../../data/archive/reading/archive-reader.ts'
import { exportParquet } from '../../../data/archive/reading/export-parquet.ts'
import { exportText, type TextFormat } from '../../../data/archive/reading/export-text.ts'
import { FilterFileError, parseFilterFile } from '../../../data/archive/reading/filter-file.ts'
import { parseWhere, WhereError } from '../../../data/archive/reading/parse-where.ts'
import { type SelectedRows, type Selection, selectRows } from '../../../data/archive/reading/selection.ts'
import { renameDurably } from '../../../data/files/durable.ts'
import { readingLine } from '../../archive/archive-lines.ts'
import { stateFolders } from '../../owner/state-folders.ts'
import { counted } from '../amounts.ts'
import type { Arguments } from '../arguments.ts'
import { askOwner } from '../ask-owner.ts'
import { checkedSettings } from '../checked-settings.ts'
import { CommandError, type CommandIo } from '../command.ts'
import { jsonLines } from '../json-lines.ts'
import { timeNamed } from '../kept-options.ts'
import { progressLine } from '../progress-line.ts'
import { UsageError } from '../usage-error.ts'

const FORMATS = ['ndjson', 'lines', 'parquet'] as const
type Format = (typeof FORMATS)[number]

/** `tidewatch export submissions`: this process reads the files itself, the service only keeps them meanwhile. */
export async function exportSubmissions(args: Arguments, io: CommandIo): Promise<number> {
  const format = formatOption(args)
  const out = args.option('out')
  if (format === 'parquet' && out === null) throw new UsageError('--format parquet needs --out FILE')
  const selection = await selectionOption(args)
  const { settings } = checkedSettings(io)
  const root = stateFolders(settings.state).state
  const path = `/archive/reading?includeLive=${args.isOn('include-live') ? 'yes' : 'no'}`
  const question = { method: 'GET', path, needsState: true, stop: io.stop } as const
  await askOwner(settings, question, async ({ status, body }) => {
    if (status !== 200) throw new CommandError(await text(body))
    // As long as the answer is open, nobody removes the files.
    const lines = jsonLines(body, readingLine)
    const { value: reading } = await lines.next()
    if (reading === undefined) throw new CommandError('the service ended before it answered')
    const reader = await openArchiveReader(root, out === null ? [] : [dirname(resolve(out))])
    try {
      const selected = await selectRows(reader.db, root, reading.files, selection)
      const rows = await write(selected, { reader, format, out, io })
      tell(io, rows, selected, reading.waitingSegments)
    } finally {
      await reader.close()
      await lines.return(undefined)
    }
  })
  return 0
}

function tell(io: CommandIo, rows: number, { files }: SelectedRows, waitingSegments: number): void {
  io.err(`${counted(rows, 'submission')} from ${counted(files.length, 'file')}.\n`)
  if (waitingSegments === 0) return
  io.err(
    `What was received lately (${counted(waitingSegments, 'segment')}) waits for the archive: --include-live puts it there first.\n`,
  )
}

interface Target {
  readonly reader: ArchiveReader
  readonly format: Format
  readonly out: string | null
  readonly io: CommandIo
}

async function write(selected: SelectedRows, { reader, format, out, io }: Target): Promise<number> {
  if (format === 'parquet') return exportParquet(reader.db, selected, resolve(out ?? ''))
  let rows = 0
  const progress = progressLine(io)
  const texts = counting(exportText(reader.db, selected, format satisfies TextFormat), (more) => {
    if (io.stop.aborted) throw new CommandError('interrupted: what was written so far is not all', 130)
    rows += more
    progress.show(`${counted(rows, 'submission')} written`)
  })
  if (out === null) for await (const piece of texts) io.out(piece)
  else {
    const aside = `${out}.aside-${process.pid}`
    await pipeline(Readable.from(texts), createWriteStream(aside))
    await renameDurably(aside, out)
  }
  progress.clear()
  return rows
}

async function* counting(
  pieces: ReturnType<typeof exportText>,
  onRows: (rows: number) => void,
): AsyncGenerator<string> {
  for await (const piece of pieces) {
    onRows(piece.rows)
    yield piece.text
  }
}

function formatOption(args: Arguments): Format {
  const given = args.option('format') ?? 'ndjson'
  const format = FORMATS.find((known) => known === given)
  if (format === undefined) throw new UsageError(`--format is ${JSON.stringify(given)}: use ${FORMATS.join(', ')}`)
  return format
}

async function selectionOption(args: Arguments): Promise<Selection> {
  const where = args.option('where')
  const filter = args.option('filter')
  return {
    conditions: [
      ...(where === null ? [] : whereConditions(where)),
      ...(filter === null ? [] : await filterConditions(filter)),
      ...(['channel', 'reason', 'problem'] as const).flatMap((column): Condition[] => {
        const given = args.option(column)
        const values = new Set(given?.split(',').map((value) => value.trim()))
        return given === null ? [] : [{ column, test: { kind: 'list', values } }]
      }),
    ],
    since: timeOption(args, 'since'),
    until: timeOption(args, 'until'),
    latestOnly: args.isOn('latest-only'),
  }
}

function timeOption(args: Arguments, name: 'since' | 'until'): number | null {
  const given = args.option(name)
  return given === null ? null : timeNamed(name, given)
}

function whereConditions(given: string): Condition[] {
  try {
    return parseWhere(given)
  } catch (error) {
    if (error instanceof WhereError) throw new UsageError(error.message)
    throw error
  }
}

async function filterConditions(file: string): Promise<Condition[]> {
  const content = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new CommandError(`${file} can't be read: ${error instanceof Error ? error.message : error}`)
  })
  try {
    return parseFilterFile(content)
  } catch (error) {
    if (error instanceof FilterFileError) throw new CommandError(`${file}: ${error.message}`)
    throw error
  }
}
