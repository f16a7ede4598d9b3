import type { Database } from '../../../data/counts/database.ts'
import { type ExpectationRow, readExpectations } from '../../../data/counts/queries/read-expectations.ts'
import { type EpochMs, HOUR_MS } from '../../../data/domain/time.ts'
import type { Incident } from '../../incident.ts'
import type { HourValue } from '../picture/picture-spec.ts'
import { drawnChannel, hourly, type Span } from './span.ts'

export interface Water {
  readonly low: readonly HourValue[]
  readonly mid: readonly HourValue[]
  readonly high: readonly HourValue[]
}

/** What was expected of the drawn channel, or of all together; null where nothing was learnt yet. */
export async function loadWater(database: Database, incident: Incident, span: Span): Promise<Water | null> {
  const channel = drawnChannel(incident)
  const to = span.end + span.forecastHours * HOUR_MS
  const rows = await readExpectations(database, { from: span.start, to, ...(channel === null ? {} : { channel }) })
  if (rows.length === 0) return null
  const sums = new Map<EpochMs, ExpectationRow>()
  for (const row of rows) {
    const sum = sums.get(row.hour)
    sums.set(row.hour, sum === undefined ? row : added(sum, row))
  }
  const ahead = { ...span, end: to }
  return {
    low: hourly(ahead, (hour) => sums.get(hour)?.low ?? null),
    mid: hourly(ahead, (hour) => sums.get(hour)?.mid ?? null),
    high: hourly(ahead, (hour) => sums.get(hour)?.high ?? null),
  }
}

function added(a: ExpectationRow, b: ExpectationRow): ExpectationRow {
  return { ...a, low: a.low + b.low, mid: a.mid + b.mid, high: a.high + b.high }
}
