import type { ConvertedIndex } from '../converted/converted-record.ts'
import { type EpochMs, HOUR_MS, startOfHour } from '../domain/time.ts'
import type { Transaction } from './database.ts'
import { reachOf } from './extend-coverage.ts'
import { hoursOf as hoursWithin, type Interval, joinIntervals } from './intervals.ts'
import { time } from './values.ts'

/** How the tables stand where a segment is about to be merged. */
export interface Standing {
  /** Hours that the segment reaches into and that were judged. */
  readonly judged: ReadonlySet<EpochMs>
  /** Stretches of the segment's receiver that its coverage touches, and all later ones; ascending. */
  readonly covered: readonly Interval[]
}

/** Hours from the first to the last that a segment reaches into, both included; null: it reaches into none. */
export interface ReachedHours {
  readonly first: EpochMs
  readonly last: EpochMs
}

/** One question instead of two: each takes as long as adding a hundred rows. */
export async function readStanding(
  transaction: Transaction,
  { receiver, coverage }: Pick<ConvertedIndex, 'receiver' | 'coverage'>,
  hours: ReachedHours | null,
  toleranceMs: number,
): Promise<Standing> {
  const rows = await transaction.readPlanned(
    `select 'judged' as what, hour as from_time, null::timestamp as to_time from judged_hours
       where hour >= $first and hour <= $last
     union all select 'covered', from_time, to_time from coverage where receiver = $receiver and to_time >= $from`,
    {
      receiver,
      first: time(hours?.first ?? 1),
      last: time(hours?.last ?? 0),
      from: time(reachOf(coverage, toleranceMs).from),
    },
    (row) => ({ what: row.text('what'), from: row.number('from_time'), to: row.numberOrNull('to_time') }),
  )
  const covered = rows.flatMap(({ from, to }) => (to === null ? [] : [{ from, to }]))
  return {
    judged: new Set(rows.flatMap(({ what, from }) => (what === 'judged' ? [from] : []))),
    covered: covered.sort((a, b) => a.from - b.from),
  }
}

export function reachedHours({ records, damaged, discarded, coverage }: ConvertedIndex): ReachedHours | null {
  let first = Number.POSITIVE_INFINITY
  let last = Number.NEGATIVE_INFINITY
  const reach = (at: EpochMs) => {
    if (at < first) first = at
    if (at > last) last = at
  }
  for (const { receivedAt } of records) reach(receivedAt)
  for (const { near } of damaged) reach(near)
  for (const { receivedAt } of discarded) reach(receivedAt)
  for (const { from, to } of coverage) {
    reach(from)
    reach(to)
  }
  return first > last ? null : { first: startOfHour(first), last: startOfHour(last) }
}

/** A segment of a receiver reaches into two; of what was brought in, all may be others. */
const MOST_HOURS = 48

/**
 * What the last merge knew when it ended. It still holds for the next transaction, whoever else writes these tables: where another
 * one came between, it is forgotten.
 */
export class KnownStanding {
  #transaction = 0
  readonly #unjudged = new Set<EpochMs>()
  /** The latest of each receiver. */
  readonly #stretches = new Map<string, Interval>()

  /** Null where it has to be read. */
  recall(
    transaction: Pick<Transaction, 'number'>,
    { receiver, coverage }: Pick<ConvertedIndex, 'receiver' | 'coverage'>,
    hours: ReachedHours | null,
    toleranceMs: number,
  ): Standing | null {
    if (transaction.number !== this.#transaction + 1) this.forget()
    if (!hoursOf(hours)?.every((hour) => this.#unjudged.has(hour))) return null
    const latest = this.#stretches.get(receiver)
    const isLater = latest !== undefined && reachOf(coverage, toleranceMs).from >= latest.from
    return isLater ? { judged: new Set(), covered: [latest] } : null
  }

  /** After a merge that found the tables like this and extended the coverage. */
  note(
    transaction: Pick<Transaction, 'number'>,
    { receiver, coverage }: Pick<ConvertedIndex, 'receiver' | 'coverage'>,
    hours: ReachedHours | null,
    { judged, covered }: Standing,
    toleranceMs: number,
  ): void {
    if (transaction.number !== this.#transaction + 1) this.forget()
    this.#transaction = transaction.number
    for (const hour of hoursOf(hours) ?? []) if (!judged.has(hour)) this.#unjudged.add(hour)
    const own = coverage.filter((interval) => interval.receiver === receiver)
    // Of several, which were touched is extendCoverage's business: whoever comes next reads them.
    const latest = covered.length > 1 ? undefined : joinIntervals([...covered, ...own], toleranceMs).at(-1)
    if (latest === undefined) this.#stretches.delete(receiver)
    else this.#stretches.set(receiver, latest)
  }

  forget(): void {
    this.#transaction = 0
    this.#unjudged.clear()
    this.#stretches.clear()
  }
}

/** Null: so many that they aren't kept. */
function hoursOf(hours: ReachedHours | null): readonly EpochMs[] | null {
  if (hours === null) return []
  if (hours.last - hours.first >= MOST_HOURS * HOUR_MS) return null
  return hoursWithin({ from: hours.first, to: hours.last + HOUR_MS })
}
