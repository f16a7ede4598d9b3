import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  isInvalid,
  NO_PROBLEM,
  OUTCOMES,
  PROBLEMS,
  type ProblemOrNone,
  UNKNOWN_REVISION_GRACE_MS,
} from '../../domain/outcome.ts'
import { HOUR_MS } from '../../domain/time.ts'
import { type Database, openDatabase } from '../database.ts'
import { countRows } from '../testing/count-row.ts'
import { invalidParams, invalidSql } from './invalid-sql.ts'

const NOW = Date.UTC(2014, 0, 16, 14)
const AGES = [
  0,
  HOUR_MS,
  UNKNOWN_REVISION_GRACE_MS - 1,
  UNKNOWN_REVISION_GRACE_MS,
  UNKNOWN_REVISION_GRACE_MS + 1,
  999e9,
]
const PROBLEMS_AND_NONE: readonly ProblemOrNone[] = [NO_PROBLEM, ...PROBLEMS]
const CASES = OUTCOMES.flatMap((outcome) =>
  PROBLEMS_AND_NONE.flatMap((problem) => AGES.map((ageMs) => ({ outcome, problem, ageMs }))),
)

let database: Database

beforeAll(async () => {
  database = await openDatabase(':memory:')
  await countRows(
    database,
    CASES.map(({ ageMs, ...rest }) => ({ ...rest, hour: NOW - ageMs })),
  )
})

afterAll(() => database.close())

test('SQL and TypeScript agree on every outcome, problem and age', async () => {
  const said = await database.read(
    `select outcome, problem, hour, ${invalidSql('hour')} as invalid from hourly_counts`,
    invalidParams(NOW),
    (row) => `${row.text('outcome')} ${row.text('problem')} ${NOW - row.number('hour')} ${row.boolean('invalid')}`,
  )
  const expected = CASES.map(
    ({ outcome, problem, ageMs }) => `${outcome} ${problem} ${ageMs} ${isInvalid(outcome, problem, ageMs)}`,
  )
  expect(said.sort()).toEqual(expected.sort())
})
