import { FIRST_TABLES } from './0001-first-tables.ts'

export interface Migration {
  readonly version: number
  readonly name: string
  readonly sql: string
}

/** In order, without holes, forward only. A migration that was ever released is never changed. */
export const MIGRATIONS: readonly Migration[] = [{ version: 1, name: 'first-tables', sql: FIRST_TABLES }]
