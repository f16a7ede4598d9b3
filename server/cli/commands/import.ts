import { createReadStream } from 'node:fs'
import { access } from 'node:fs/promises'
import { basename } from 'node:path'
import { checkedSettings } from '../checked-settings.ts'
import { type Command, CommandError } from '../command.ts'
import { UsageError } from '../usage-error.ts'
import { importBuffers } from './import-cbuf.ts'
import { importLines } from './import-lines.ts'
import { importRaw } from './import-raw.ts'
import { sendCounts } from './send-counts.ts'

export const importCommand: Command = {
  name: 'import',
  summary: 'Brings hourly counts in from CSV files or circular buffers, or submissions from logs or archives of 2013.',
  usage: 'counts|cbuf|raw|lines FILE… [--source NAME] [--dry-run]',
  help: `counts: files with the columns hour, channel and submissions, and any of app_name, app_version, build_id, reason, outcome,
problem, automation, recovered, bytes and coverage, in any order; or hour, channel, attribute, value and submissions.
docs/counts.md says what each means. A file is taken whole or, where anything is wrong with it, not at all; each
problem is told with its line. Importing under the same name again replaces what that brought.

cbuf: circular buffers of Heka's, as the servers of 2013 kept their counts: those of one server together, which make one import. Records
read, less what was bad, were accepted; kinds of errors, which the files' names tell (….missing_revision.cbuf), stand under what they are
today; requests are of the channel in the file's name, or of --channel. docs/importing.md says more.

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
    channel: { value: 'NAME', about: 'For cbuf: the channel that the buffers are of.' },
    'dry-run': { about: 'Says what would be imported, and changes nothing.' },
  },
  takesSettings: true,
  operands: { least: 2, most: 1000 },
  async run(args, io) {
    const [what, ...files] = args.operands
    if (what === 'raw') return importRaw(files, args, io)
    if (what === 'lines') return importLines(files, args, io)
    if (what === 'cbuf') return importBuffers(files, args, io)
    if (args.given.has('channel')) throw new UsageError('--channel is for cbuf: other files name their channels')
    if (what !== 'counts') {
      throw new UsageError(`${JSON.stringify(what)} can't be imported: use counts, cbuf, raw or lines`)
    }
    const source = args.option('source')
    if (source !== null && files.length > 1) throw new UsageError('--source names one source: give one file')
    const { settings } = checkedSettings(io)
    for (const file of files) {
      await access(file).catch(() => {
        throw new CommandError(`${file} can't be read: is there such a file?`)
      })
      const body = createReadStream(file)
      const given = { source: source ?? basename(file), name: file, body, isDryRun: args.isOn('dry-run') }
      io.out(await sendCounts(settings, given))
    }
    return 0
  },
}
