import type { Database } from '../../../data/counts/database.ts'
import { replaceRollups } from '../../../data/counts/rollups.ts'
import { type EpochMs, HOUR_MS } from '../../../data/domain/time.ts'
import { tideAt } from './make-picture.ts'

const CHANNELS = [
  { channel: 'nightly', scale: 1 },
  { channel: 'aurora', scale: 1.4 },
]

/**
 * Two channels' counts, what was expected of them (a day ahead too), and a receiver that listened, from `from` to `to`.
 * From `brokenFrom` on nightly's new build 20140201030203 reports at `ofExpected` of what it should; 8 % of aurora's
 * submissions are invalid all the time.
 */
export async function fillCounts(
  database: Database,
  { from, to, brokenFrom, ofExpected }: Record<'from' | 'to' | 'brokenFrom', EpochMs> & { readonly ofExpected: number },
): Promise<void> {
  const hours = Array.from({ length: (to - from) / HOUR_MS }, (_, index) => from + index * HOUR_MS)
  const ahead = Array.from({ length: 24 }, (_, index) => to + index * HOUR_MS)
  const expected = (hour: EpochMs, scale: number) => scale * tideAt(new Date(hour).getUTCHours())
  await database.inTransaction(async (transaction) => {
    await transaction.append(
      'hourly_counts',
      hours.flatMap((hour) =>
        CHANNELS.flatMap(({ channel, scale }) => {
          const isBroken = channel === 'nightly' && hour >= brokenFrom
          const build = channel === 'nightly' && hour >= brokenFrom - 2 * HOUR_MS ? '20140201030203' : '20140131030201'
          const count = Math.round(expected(hour, scale) * (isBroken ? ofExpected : 1))
          const invalid = channel === 'aurora' ? Math.round(0.08 * count) : 0
          return [
            row(hour, channel, build, 'accepted', 'none', count - invalid),
            row(hour, channel, build, 'quarantined', 'invalid_revision', invalid),
          ]
        }),
      ),
    )
    await transaction.append(
      'expectations',
      [...hours, ...ahead].flatMap((hour) =>
        CHANNELS.map(({ channel, scale }) => {
          const mid = expected(hour, scale)
          return [hour, channel, 0.9 * mid, mid, 1.1 * mid]
        }),
      ),
    )
    await replaceRollups(transaction)
    await transaction.append('coverage', [['receiver-1', from, to]])
  })
}

function row(hour: EpochMs, channel: string, build: string, outcome: string, problem: string, count: number) {
  return [
    hour,
    channel,
    'Firefox',
    '29.0a1',
    build,
    'saved-session',
    outcome,
    problem,
    'live',
    false,
    count,
    0,
    count * 1000,
  ] as const
}
