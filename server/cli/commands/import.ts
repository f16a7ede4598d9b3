import { createReadStream } from 'node:fs'
import { access } from 'node:fs/promises'
import { basename } from 'node:path'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import { isoSeconds } from '../../../data/domain/time.ts'
import { askOwner } from '../ask-owner.ts'
import { checkedSettings } from '../checked-settings.ts'
import { type Command, CommandError } from '../command.ts'
import { UsageError } from '../usage-error.ts'
import { importLines } from './import-lines.ts'
import { importRaw } from './import-raw.ts'

const summarySchema = z.object({
  kind: z.enum(['counts', 'attributes']),
  source: z.string(),
  rows: z.number(),
  submissions: z.number(),
  channels: z.array(z.string()),
  firstHour: z.number().nullable(),
  lastHour: z.number().nullable(),
  replacedRows: z.number(),
  sharedHours: z.number(),
})
const problemsSchema = z.object({ problems: z.array(z.string()) })

export const importCommand: Command = {
  name: 'import',
  summary: 'Brings hourly counts in from CSV files, or submissions from raw logs or archives of 2013.',
  usage: 'counts|raw|lines FILE… [--source NAME] [--dry-run]',
  help: `counts: files with the columns hour, channel and submissions, and any of app_name, app_version, build_id, reason, outcome,
problem, automation, recovered, bytes and coverage, in any order; or hour, channel, attribute, value and submissions.
docs/counts.md says what each means. A file is taken whole or, where anything is wrong with it, not at all; each
problem is told with its line. Importing under the same name again replaces what that brought.

raw: logs of the 2013 telemetry server (v1, v2) and segments of this one (v3), gzip'd ones too, whatever they are called. Their submissions
are converted, counted under the times that stand in them, and kept, behind what is received live. They are shown and never
judged, so no mail comes of them. A log whose frames are in already, under whatever name, is not counted again; an import that was
interrupted goes on when it is given again. With a running service the command ends when all is counted; without one the log
waits in the spool. docs/importing.md says more.

lines: files of the 2013 archive, "document id, tab, JSON" a line, plain, gzip or zstd, and xz or lzma where the program xz is installed. They
are imported as raw logs are. What the archive did not keep comes from the path, reason/app/channel/version/build.YYYYMMDD.vN.log:
dimensions that the payload lacks, and the day; the hour is that of the payload's creationDate where it has one on that
day, else midday. docs/archive.md says more.`,
  options: {
    source: {
      value: 'NAME',
      about: 'Where it comes from. Default: the name of the file. For counts only with one file.',
    },
    'dry-run': { about: 'Says what would be imported, and changes nothing.' },
  },
  takesSettings: true,
  operands: { least: 2, most: 1000 },
  async run(args, io) {
    const [what, ...files] = args.operands
    if (what === 'raw') return importRaw(files, args, io)
    if (what === 'lines') return importLines(files, args, io)
    if (what !== 'counts') throw new UsageError(`${JSON.stringify(what)} can't be imported: use counts, raw or lines`)
    const source = args.option('source')
    if (source !== null && files.length > 1) throw new UsageError('--source names one source: give one file')
    const { settings } = checkedSettings(io)
    for (const file of files) {
      await access(file).catch(() => {
        throw new CommandError(`${file} can't be read: is there such a file?`)
      })
      const query = new URLSearchParams({
        source: source ?? basename(file),
        dryRun: args.isOn('dry-run') ? 'yes' : 'no',
      })
      const question = { method: 'POST', path: `/import?${query}`, body: createReadStream(file) } as const
      const answer = await askOwner(settings, question, async ({ status, body }) => ({
        status,
        json: await text(body),
      }))
      if (answer.status !== 200) {
        const { problems } = problemsSchema.parse(JSON.parse(answer.json))
        throw new CommandError(problems.map((problem) => `${file}: ${problem}`).join('\n'))
      }
      io.out(`${summaryLine(summarySchema.parse(JSON.parse(answer.json)), args.isOn('dry-run'))}\n`)
    }
    return 0
  },
}

function summaryLine(summary: z.infer<typeof summarySchema>, isDryRun: boolean): string {
  const { source, kind, rows, submissions, channels, firstHour, lastHour, replacedRows, sharedHours } = summary
  const range = firstHour === null || lastHour === null ? '' : `, ${isoSeconds(firstHour)} to ${isoSeconds(lastHour)}`
  const replaced = replacedRows === 0 ? '' : `, in place of ${replacedRows} rows of an earlier import`
  const shared = sharedHours === 0 ? '' : `\nMind: ${sharedHours} of these hours have counts of another source as well.`
  return `${isDryRun ? 'Would import' : 'Imported'} ${kind} of ${source}: ${rows} rows, ${submissions} submissions, channels ${channels.join(', ') || 'none'}${range}${replaced}.${shared}`
}
