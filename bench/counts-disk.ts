import { openDatabase } from '../data/counts/database.ts'

export interface Part {
  readonly name: string
  readonly bytesPerRow: number
}

/** What each column of the counts by the hour takes: a segment ends where the next one in its block begins. */
export async function measureParts(path: string, rows: number): Promise<Part[]> {
  const db = await openDatabase(path)
  const parts = await db.read(
    `with segments as (
       select column_name, block_id, block_offset,
         lead(block_offset, 1, (select any_value(block_size) from pragma_database_size()))
           over (partition by block_id order by block_offset) - block_offset as size
       from (select distinct column_name, block_id, block_offset from pragma_storage_info('hourly_counts')
             where persistent and block_id >= 0 and segment_type <> 'VALIDITY'))
     select column_name, sum(size)::double as bytes from segments group by all order by bytes desc`,
    {},
    (row) => ({ name: `hourly_counts.${row.text('column_name')}`, bytesPerRow: row.number('bytes') / rows }),
  )
  await db.close()
  return parts
}
