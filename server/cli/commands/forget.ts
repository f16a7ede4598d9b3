import { readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { isoSeconds } from '../../../data/domain/time.ts'
import { forgetRequestList, forgottenState } from '../../archive/archive-lines.ts'
import { counted, numberText } from '../amounts.ts'
import { askOwner } from '../ask-owner.ts'
import { checkedSettings } from '../checked-settings.ts'
import { type Command, CommandError, type CommandIo } from '../command.ts'
import { followWork } from '../follow-work.ts'
import { UsageError } from '../usage-error.ts'

export const forgetCommand: Command = {
  name: 'forget',
  summary: 'Takes documents out of archive and quarantine for good.',
  usage: '--document-id FILE | --requests',
  help: `Everything that was received under one of the document ids in the file goes, whatever became of it: the files of archive and
quarantine that hold such submissions are written anew without them, and what waits for the archive is put there first. Counts
stay as they are. Killed at any moment, the archive is whole, and the same command does the rest.

It is kept that it was asked: when, how many ids, how many submissions went, and the SHA-256 of the sorted list; not the ids.

Not touched: what is received after this, or waits in the spool (it is told how much that is: ask again then); what is kept raw, until
its days are over; damaged stretches in corrupted/ and files in unknown/, which belong to no document for certain; what was exported, and backups. Copies are
remembered by a hash of id, reason and body until the duplicates' window is over.`,
  options: {
    'document-id': {
      value: 'FILE',
      about: 'Document ids, one a line; empty lines and lines that begin with # are skipped.',
    },
    requests: { about: 'Lists what was asked so far, newest first.' },
  },
  takesSettings: true,
  operands: { least: 0, most: 0 },
  async run(args, io) {
    const file = args.option('document-id')
    if ((file === null) === !args.isOn('requests')) throw new UsageError('use either --document-id FILE or --requests')
    return file === null ? listRequests(io) : forget(await readIds(file), io)
  },
}

async function forget(ids: readonly string[], io: CommandIo): Promise<number> {
  const { settings } = checkedSettings(io)
  const body = Readable.from([Buffer.from(JSON.stringify(ids))])
  const forgotten = await followWork(
    settings,
    { method: 'POST', path: '/archive/forget', body },
    {
      io,
      schema: forgottenState,
      progress: ({ rows, searchedFiles }) =>
        `${counted(searchedFiles, 'file')} looked through, ${counted(rows, 'submission')} gone`,
    },
  )
  const { rows, rewrittenFiles, searchedFiles, waitingSegments = 0 } = forgotten
  io.out(
    `${counted(rows, 'submission')} of ${counted(ids.length, 'document id')} removed; ` +
      `${numberText(rewrittenFiles)} of ${counted(searchedFiles, 'file')} written anew.\n`,
  )
  if (waitingSegments > 0) {
    io.out(
      `${counted(waitingSegments, 'segment')} waited in the spool and may hold more: ask again when they are counted.\n`,
    )
  }
  return 0
}

async function listRequests(io: CommandIo): Promise<number> {
  const { settings } = checkedSettings(io)
  const question = { method: 'GET', path: '/archive/forget', needsState: true } as const
  const requests = await askOwner(settings, question, async ({ status, body }) => {
    if (status !== 200) throw new CommandError(await text(body))
    return forgetRequestList.parse(JSON.parse(await text(body)))
  })
  for (const { askedAt, ids, digest, rowsRemoved, doneAt } of requests) {
    const end = doneAt === null ? 'not finished' : `${counted(rowsRemoved, 'submission')} removed`
    io.out(`${isoSeconds(askedAt)}  ${counted(ids, 'document id')}, ${end}; list ${digest}\n`)
  }
  if (requests.length === 0) io.out('Nobody asked.\n')
  return 0
}

const LONGEST_ID = 64

/** Each once, lower case as document ids are kept. */
async function readIds(file: string): Promise<string[]> {
  const content = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new CommandError(`${file} can't be read: ${error instanceof Error ? error.message : error}`)
  })
  const ids = new Set<string>()
  for (const [index, line] of content.split(/\r?\n/).entries()) {
    const id = line.trim().toLowerCase()
    if (id === '' || id.startsWith('#')) continue
    if (id.length > LONGEST_ID || /\s/.test(id)) {
      throw new CommandError(`${file}, line ${index + 1}: ${JSON.stringify(line)} is no document id: use one a line`)
    }
    ids.add(id)
  }
  if (ids.size === 0) throw new CommandError(`${file} holds no document id: use one a line`)
  return [...ids]
}
