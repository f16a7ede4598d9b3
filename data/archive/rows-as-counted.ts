import { LIVE_SOURCE } from '../domain/dimensions.ts'
import { importReceiver } from '../domain/import-source.ts'
import { ARCHIVED_ROWS } from './read-parts.ts'

const IMPORTED = importReceiver('')

/** By who brought the segment: an import is a receiver, too. */
export const SOURCE = `case when starts_with(receiver, '${IMPORTED}') then substr(receiver, ${IMPORTED.length + 1})
  else '${LIVE_SOURCE}' end`

/** What was converted later than it was counted still counts as what it was; see FirstCounted. */
export function asCounted(column: string): string {
  return `coalesce(first_counted->>'$.${column}', archived.${column})`
}

const COUNTED_UNDER = ['channel', 'app_name', 'app_version', 'build_id', 'reason', 'outcome', 'problem']

/** The rows of `$files` as `hourly_counts` has them, by its columns' names; the ledger must know their segments. */
export const ROWS_AS_COUNTED = `
  select date_trunc('hour', received_at) as hour, ${COUNTED_UNDER.map((column) => `${asCounted(column)} as ${column}`).join(', ')},
    ${SOURCE} as source, automation, count(*) as submissions,
    count(*) filter (where first_counted is not null and ${asCounted('outcome')} in ('quarantined', 'rejected')) as recovered,
    sum(archived.bytes)::bigint as bytes
  from ${ARCHIVED_ROWS} archived left join converted_files using (segment) group by all`
