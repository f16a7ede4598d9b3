import type { Database, Transaction } from '../counts/database.ts'

/** What settings were when somebody looked last: path and value as JSON. Empty before the first time. */
export async function readSettingsInForce(database: Pick<Database, 'read'>): Promise<ReadonlyMap<string, string>> {
  const rows = await database.read(
    'select path, value from settings_in_force order by path',
    {},
    (row) => [row.text('path'), row.text('value')] as const,
  )
  return new Map(rows)
}

export async function replaceSettingsInForce(
  transaction: Transaction,
  settings: ReadonlyMap<string, string>,
): Promise<void> {
  await transaction.run('delete from settings_in_force')
  await transaction.append(
    'settings_in_force',
    [...settings].map(([path, value]) => [path, value]),
  )
}
