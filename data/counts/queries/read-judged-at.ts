import type { EpochMs } from '../../domain/time.ts'
import type { Database } from '../database.ts'
import { time } from '../values.ts'

/** When the hour was judged last; null: it wasn't. Late counts have it judged again. */
export async function readJudgedAt(database: Database, hour: EpochMs): Promise<EpochMs | null> {
  const [judged] = await database.read(
    'select judged_at from judged_hours where hour = $hour',
    { hour: time(hour) },
    (row) => row.number('judged_at'),
  )
  return judged ?? null
}
