import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { Readable } from 'node:stream'
import { buffersAsCsv, type NamedBuffer } from '../../../data/counts/cbuf/buffer-counts.ts'
import { parseCircularBuffer } from '../../../data/counts/cbuf/parse-cbuf.ts'
import { CsvError } from '../../../data/counts/csv/parse-csv.ts'
import type { Arguments } from '../arguments.ts'
import { checkedSettings } from '../checked-settings.ts'
import { CommandError, type CommandIo } from '../command.ts'
import { sendCounts } from './send-counts.ts'

/** `tidewatch import cbuf`: the buffers are of one server and make one import. */
export async function importBuffers(files: readonly string[], args: Arguments, io: CommandIo): Promise<number> {
  const { settings } = checkedSettings(io)
  const buffers: NamedBuffer[] = []
  const problems: string[] = []
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch(() => {
      throw new CommandError(`${file} can't be read: is there such a file?`)
    })
    for (const problem of problemsOf(() => buffers.push({ file, buffer: parseCircularBuffer(text) }))) {
      problems.push(`${file}: ${problem}`)
    }
  }
  if (problems.length > 0) throw new CommandError(problems.join('\n'))
  let csv = ''
  problems.push(
    ...problemsOf(() => {
      csv = buffersAsCsv(buffers, args.option('channel'))
    }),
  )
  if (problems.length > 0) throw new CommandError(problems.join('\n'))
  const name = args.option('source') ?? basename(files[0] ?? '')
  io.out(
    await sendCounts(settings, {
      source: name,
      name,
      body: Readable.from([Buffer.from(csv)]),
      isDryRun: args.isOn('dry-run'),
    }),
  )
  return 0
}

function problemsOf(work: () => unknown): readonly string[] {
  try {
    work()
    return []
  } catch (error) {
    if (error instanceof CsvError) return error.problems
    throw error
  }
}
