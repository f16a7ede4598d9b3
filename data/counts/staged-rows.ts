import type { Cell, Database, Transaction } from './database.ts'

type StagedTable = 'hourly_counts' | 'attribute_counts' | 'discarded_counts'

/**
 * Rows that are on their way into a table, gathered beside it: each batch is a short transaction of its own, so that a file of millions
 * holds up no merge while it is read. They are nobody else's, and gone with the process.
 */
export interface StagedRows {
  add(table: StagedTable, rows: Iterable<readonly Cell[]>): Promise<void>
  /** Puts all of them where they belong. */
  move(transaction: Transaction): Promise<void>
}

let stagings = 0

/** Runs `work` with an empty stage, and removes it afterwards. */
export async function withStagedRows<T>(db: Database, work: (staged: StagedRows) => Promise<T>): Promise<T> {
  stagings += 1
  const suffix = `_staged_${stagings}`
  const stages = new Map<StagedTable, string>()
  const staged: StagedRows = {
    add(table, rows) {
      const stage = `${table}${suffix}`
      return db.inTransaction(async (transaction) => {
        if (!stages.has(table)) await transaction.run(`create temp table ${stage} as from ${table} limit 0`)
        await transaction.append(stage, rows)
        stages.set(table, stage)
      })
    },
    async move(transaction) {
      for (const [table, stage] of stages) await transaction.run(`insert into ${table} from ${stage}`)
    },
  }
  try {
    return await work(staged)
  } finally {
    await db.inTransaction(async (transaction) => {
      for (const stage of stages.values()) await transaction.run(`drop table ${stage}`)
    })
  }
}
