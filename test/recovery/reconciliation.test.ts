import { readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDatabase } from '../../data/counts/database.ts'
import { eventually } from '../support/tidewatch-process.ts'
import { KeptService } from './kept-service.ts'

/** A real service whose night has come: what it keeps is counted, and held against what it counted. */
let service: KeptService
beforeEach(async () => {
  service = await KeptService.create()
})
afterEach(() => service.remove())

/** As if the service had run for days, and not in the last night. */
async function letNightCome(): Promise<void> {
  const database = await openDatabase(join(service.state, 'tidewatch.duckdb'))
  const due = await database.inTransaction((transaction) =>
    transaction.run(
      `update tasks set first_period = first_period - interval 3 day, last_period = null where name = 'reconcile'`,
    ),
  )
  await database.close()
  expect(due).toBe(1)
}

async function stateOfReconciliation(): Promise<{ readonly state: string; readonly sentence: string } | null> {
  const { incidents } = await service.answers()
  const found = JSON.stringify(incidents).match(
    /"series":\{"attribute":"reconciliation"\},"state":"(?<state>\w+)".*?"sentence":"(?<sentence>(?:[^"\\]|\\.)*)"/,
  )
  const { state, sentence } = found?.groups ?? {}
  return state === undefined || sentence === undefined ? null : { state, sentence }
}

test('what is counted and not kept any more is an incident that names it, and is over once it is back', async () => {
  await service.start()
  await service.sendSome()
  await service.settled()
  await service.stop()
  const archive = join(service.state, 'archive')
  const part = (await readdir(archive, { recursive: true })).find((name) => name.endsWith('.parquet')) ?? ''
  await rename(join(archive, part), join(service.state, 'lost.parquet'))

  await letNightCome()
  await service.start()
  const told = await eventually('the difference is told', stateOfReconciliation)
  expect(told.state).toBe('open')
  expect(told.sentence).toContain(`archive/${part}: the file is gone`)
  expect(told.sentence).toMatch(/\d\d:00:00Z nightly, accepted, live: [12] counted, 0 kept/)
  expect(told.sentence).toMatch(/It is about segment \S+\.v3: \d counted, \d kept/)
  await service.stop()

  await rename(join(service.state, 'lost.parquet'), join(archive, part))
  await letNightCome()
  await service.start()
  await eventually('it is over', async () => ((await stateOfReconciliation())?.state === 'resolved' ? true : null))
  await service.stop()
})
