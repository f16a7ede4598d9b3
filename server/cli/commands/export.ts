import { createWriteStream } from 'node:fs'
import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { ATTRIBUTE_COLUMNS, COUNT_COLUMNS } from '../../../data/counts/csv/columns.ts'
import { writeCountsParquet } from '../../../data/counts/csv/counts-parquet.ts'
import { HOUR_MS } from '../../../data/domain/time.ts'
import type { Arguments } from '../arguments.ts'
import { askOwner } from '../ask-owner.ts'
import { checkedSettings } from '../checked-settings.ts'
import { type Command, CommandError } from '../command.ts'
import { UsageError } from '../usage-error.ts'
import { exportSubmissions } from './export-submissions.ts'

const KINDS = ['counts', 'attributes']

export const exportCommand: Command = {
  name: 'export',
  summary: 'Writes hourly counts as CSV, lines of JSON or Parquet, or archived submissions.',
  usage: 'counts|attributes|submissions [OPTION…]',
  help: `counts, attributes: what "tidewatch import counts" reads: hourly counts by channel, application, version, build, reason,
outcome and problem, or counts of watched attributes, from --from to --to. Hours in which somebody listened and nothing came are
there, with 0. Formats: csv, which is what is read back; ndjson, an object a line; parquet, one file.

submissions: what was converted, from the archive, chosen by --where, --filter, --since, --until, --channel, --reason and --problem, all
of which have to hold. Formats: ndjson, an object a line with all that is kept, the payload as JSON within it; lines, "document
id, tab, JSON", as the archive of 2013 had it; parquet, one file with the archive's columns. What could not be
converted is in the quarantine: "tidewatch quarantine export".

    tidewatch export submissions --where "reason = saved-session" --format lines --out sessions.txt

--where takes conditions joined by "and": a column (reason, app_name, app_version, channel, build_id, outcome, problem,
document_id, submission_date), then =, !=, <, <=, >, >= and a value, or in (a, b). Comparisons are of texts. Values with
blanks or commas stand in quotes. It isn't SQL.`,
  options: {
    from: { value: 'TIME', about: 'First hour, UTC: 2014-01-16 or 2014-01-16T14:00Z. Default: the first there is.' },
    to: { value: 'TIME', about: 'End, not included. Default: after the last hour there is.' },
    channel: { value: 'NAME', about: 'Only this channel. Default: all.' },
    where: { value: 'CONDITIONS', about: 'Only submissions for which they hold.' },
    filter: { value: 'FILE', about: 'Only submissions that this dimension schema (JSON, version 1) allows.' },
    since: { value: 'TIME', about: 'Only what was received from then on, UTC: 2014-02-04 or 2014-02-04T14:00Z.' },
    until: { value: 'TIME', about: 'Only what was received before then.' },
    reason: { value: 'NAMES', about: 'Only these reasons, joined by commas.' },
    problem: { value: 'NAMES', about: 'Only these problems, joined by commas; "none" are those accepted.' },
    'latest-only': { about: 'Of the chosen submissions that share a document id, only the one received last.' },
    'include-live': { about: 'First puts into the archive what is converted and waits for it.' },
    format: {
      value: 'FORMAT',
      about:
        'For counts and attributes csv, ndjson or parquet, by default csv; for submissions ndjson, lines or parquet, by default ndjson.',
    },
    out: { value: 'FILE', about: 'Default: standard output.' },
  },
  takesSettings: true,
  operands: { least: 1, most: 1 },
  async run(args, io) {
    const [kind = ''] = args.operands
    refuseOthers(kind, args)
    if (kind === 'submissions') return exportSubmissions(args, io)
    if (!KINDS.includes(kind))
      throw new UsageError(`${JSON.stringify(kind)} can't be exported: use ${KINDS.join(', ')} or submissions`)
    const { settings } = checkedSettings(io)
    const query = new URLSearchParams({ kind })
    for (const name of ['from', 'to']) {
      const hour = hourOption(name, args.option(name))
      if (hour !== null) query.set(name, String(hour))
    }
    const channel = args.option('channel')
    if (channel !== null) query.set('channel', channel)
    const out = args.option('out')
    const format = formatOption(args.option('format'), out)
    query.set('format', format === 'csv' ? 'csv' : 'ndjson')
    const ask = (use: (body: AsyncIterable<Uint8Array>) => Promise<void>) =>
      askOwner(settings, { method: 'GET', path: `/export?${query}` }, async ({ status, body }) => {
        if (status !== 200) throw new CommandError(await text(body))
        return use(body)
      })
    if (format === 'parquet' && out !== null) {
      const columns = kind === 'counts' ? COUNT_COLUMNS : ATTRIBUTE_COLUMNS
      await writeCountsParquet(columns, resolve(io.currentFolder, out), (file) =>
        ask((body) => pipeline(body, createWriteStream(file))),
      )
      return 0
    }
    await ask(async (body) => {
      if (out !== null) return pipeline(body, createWriteStream(out))
      const decoder = new TextDecoder()
      for await (const chunk of body) io.out(decoder.decode(chunk, { stream: true }))
    })
    return 0
  },
}

const COUNT_FORMATS = ['csv', 'ndjson', 'parquet'] as const

function formatOption(given: string | null, out: string | null): (typeof COUNT_FORMATS)[number] {
  const format = given === null ? 'csv' : COUNT_FORMATS.find((known) => known === given)
  if (format === undefined) {
    throw new UsageError(`--format is ${JSON.stringify(given)}: for counts use one of ${COUNT_FORMATS.join(', ')}`)
  }
  if (format === 'parquet' && out === null) throw new UsageError('--format parquet needs --out FILE')
  return format
}

const FOR_COUNTS = ['from', 'to']
const FOR_SUBMISSIONS = ['where', 'filter', 'since', 'until', 'reason', 'problem', 'latest-only', 'include-live']

/** An option that would be overlooked makes the answer another one than was meant. */
function refuseOthers(kind: string, { given }: Arguments): void {
  const others = kind === 'submissions' ? FOR_COUNTS : FOR_SUBMISSIONS
  const other = others.find((name) => given.has(name))
  if (other === undefined) return
  const instead = kind === 'submissions' ? 'use --since and --until' : 'it is for submissions'
  throw new UsageError(`--${other} is not for ${kind}: ${instead}`)
}

function hourOption(name: string, given: string | null): number | null {
  if (given === null) return null
  const time = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?Z)?$/.test(given) ? Date.parse(given) : Number.NaN
  if (time % HOUR_MS !== 0) {
    throw new UsageError(`--${name} is ${JSON.stringify(given)}: use a whole hour such as 2014-01-16T14:00Z, or a date`)
  }
  return time
}
