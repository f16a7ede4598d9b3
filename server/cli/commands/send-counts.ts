import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import { isoSeconds } from '../../../data/domain/time.ts'
import type { Settings } from '../../settings/schema.ts'
import { askOwner } from '../ask-owner.ts'
import { CommandError } from '../command.ts'

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

/** Counts on their way in, as CSV. */
export interface SentCounts {
  readonly source: string
  /** What problems are told of. */
  readonly name: string
  readonly body: Readable
  readonly isDryRun: boolean
}

/** Hands counts to whoever has the database; answers the sentence that says what came in. Throws CommandError. */
export async function sendCounts(settings: Settings, { source, name, body, isDryRun }: SentCounts): Promise<string> {
  const query = new URLSearchParams({ source, dryRun: isDryRun ? 'yes' : 'no' })
  const question = { method: 'POST', path: `/import?${query}`, body } as const
  const answer = await askOwner(settings, question, async (given) => ({
    status: given.status,
    json: await text(given.body),
  }))
  if (answer.status !== 200) {
    const { problems } = problemsSchema.parse(JSON.parse(answer.json))
    throw new CommandError(problems.map((problem) => `${name}: ${problem}`).join('\n'))
  }
  return `${summaryLine(summarySchema.parse(JSON.parse(answer.json)), isDryRun)}\n`
}

function summaryLine(summary: z.infer<typeof summarySchema>, isDryRun: boolean): string {
  const { source, kind, rows, submissions, channels, firstHour, lastHour, replacedRows, sharedHours } = summary
  const range = firstHour === null || lastHour === null ? '' : `, ${isoSeconds(firstHour)} to ${isoSeconds(lastHour)}`
  const replaced = replacedRows === 0 ? '' : `, in place of ${replacedRows} rows of an earlier import`
  const shared = sharedHours === 0 ? '' : `\nMind: ${sharedHours} of these hours have counts of another source as well.`
  return `${isDryRun ? 'Would import' : 'Imported'} ${kind} of ${source}: ${rows} rows, ${submissions} submissions, channels ${channels.join(', ') || 'none'}${range}${replaced}.${shared}`
}
