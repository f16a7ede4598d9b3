import { z } from 'zod'
import type { Transaction } from '../../counts/database.ts'
import { CountsOfHour } from '../../counts/segment-entry.ts'
import { addTallies } from '../../counts/store-tallies.ts'
import type { EpochMs } from '../../domain/time.ts'
import type { JournalEntry } from '../../journal/journal.ts'

/**
 * What a change took out of the archive for good, as it had been counted. The counts keep it; whoever makes them anew from
 * the archive, or compares the two, needs it. Nothing in it names a document.
 */
export const ForgottenBody = z.object({
  hourly: z.array(CountsOfHour.extend({ source: z.string(), recovered: z.number() })),
  attribute: z.array(
    z.object({
      source: z.string(),
      hour: z.number(),
      channel: z.string(),
      attribute: z.string(),
      value: z.string(),
      submissions: z.number(),
    }),
  ),
})
export type ForgottenCounts = z.infer<typeof ForgottenBody>

export function forgottenEntry(part: number, body: ForgottenCounts, writtenAt: EpochMs): JournalEntry {
  return { kind: 'forgotten', key: String(part), writtenAt, body }
}

/** Keeps, beside the archive, how many rows it no longer has. */
export async function noteForgotten(
  transaction: Transaction,
  part: number,
  { hourly }: ForgottenCounts,
): Promise<void> {
  await transaction.append(
    'forgotten_counts',
    hourly.map(({ hour, dimensions, outcome, problem, source, automation, submissions, recovered }) => {
      return [part, hour, dimensions.channel, outcome, problem, source, automation, submissions, recovered]
    }),
  )
}

/** Gives counts that were made anew from the archive what it no longer has. */
export async function restoreForgotten(transaction: Transaction, part: number, counts: ForgottenCounts): Promise<void> {
  const { hourly, attribute } = counts
  for (const source of new Set([...hourly, ...attribute].map((row) => row.source))) {
    const ofSource = <Row extends { readonly source: string }>(rows: readonly Row[]) =>
      rows.filter((row) => row.source === source)
    const tallies = { hourly: ofSource(hourly), minute: [], attribute: ofSource(attribute), discarded: [] }
    await addTallies(transaction, tallies, source)
  }
  await noteForgotten(transaction, part, counts)
}
