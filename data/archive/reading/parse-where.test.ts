import { expect, test } from 'vitest'
import { filterSql, meets } from './archive-filter.ts'
import { FilterFileError, parseFilterFile } from './filter-file.ts'
import { parseWhere, WhereError } from './parse-where.ts'

test.each([
  { text: 'reason = saved-session', sql: 'reason in ($value0)', params: ['saved-session'] },
  { text: "reason='it''s'", sql: 'reason in ($value0)', params: ["it's"] },
  {
    text: 'reason="a and b" and app_version >= 29.0a1',
    sql: 'reason in ($value0) and app_version >= $value1',
    params: ['a and b', '29.0a1'],
  },
  {
    text: 'build_id<20140116 AND outcome != salvaged',
    sql: 'build_id < $value0 and outcome != $value1',
    params: ['20140116', 'salvaged'],
  },
  { text: 'problem in (none, bad_histogram)', sql: 'problem in ($value0, $value1)', params: ['none', 'bad_histogram'] },
  { text: 'channel = nightly and submission_date > 2014-01-16', sql: 'true', params: [] },
])('$text', ({ text, sql, params }) => {
  const read = filterSql(parseWhere(text))
  expect(read.where).toBe(sql)
  expect(Object.values(read.params)).toEqual(params)
})

test.each([
  { text: '', says: 'at its end use reason' },
  { text: 'payload = x', says: 'at "payload" use reason, app_name' },
  { text: 'reason like x', says: 'at "like" use = !=' },
  { text: 'reason = a or reason = b', says: 'at "or" use "and", or nothing more' },
  { text: 'reason = a; drop table hourly_counts', says: 'at "drop" use "and"' },
  { text: "reason = 'a", says: "can't be read" },
  { text: 'reason in (a', says: 'at its end use ")"' },
  { text: 'reason = a) or (true', says: 'at ")" use "and"' },
])('"$text" is refused, and the sentence says where', ({ text, says }) => {
  expect(() => parseWhere(text)).toThrow(WhereError)
  expect(() => parseWhere(text)).toThrow(says)
})

test('what chooses files is compared as text, as everything is', () => {
  const conditions = parseWhere('channel in (nightly, aurora) and submission_date >= 2014-01-16')
  expect(meets(conditions, 'channel', 'nightly')).toBe(true)
  expect(meets(conditions, 'channel', 'beta')).toBe(false)
  expect(meets(conditions, 'submission_date', '2014-01-15')).toBe(false)
  expect(meets(conditions, 'problem', 'none')).toBe(true)
})

const filterFile = (dimensions: unknown) => JSON.stringify({ version: 1, dimensions })

test('a filter of 2013 is read as the dimension schema that it is', () => {
  const conditions = parseFilterFile(
    filterFile([
      { field_name: 'reason', allowed_values: ['saved-session'] },
      { field_name: 'appName', allowed_values: '*' },
      { field_name: 'appUpdateChannel', allowed_values: 'nightly' },
      { field_name: 'appVersion', allowed_values: { min: '28', max: '9' } },
      { field_name: 'submission_date', allowed_values: { min: '20140115', max: '2014-01-16' } },
    ]),
  )
  expect(filterSql(conditions)).toEqual({
    where: 'reason in ($value0) and app_version >= $value1 and app_version <= $value2',
    params: { value0: 'saved-session', value1: '28', value2: '9' },
  })
  expect(['2014-01-14', '2014-01-15', '2014-01-17'].map((date) => meets(conditions, 'submission_date', date))).toEqual([
    false,
    true,
    false,
  ])
})

test.each([
  { text: '{', says: 'not JSON' },
  { text: '{"version": 2, "dimensions": []}', says: 'version' },
  { text: filterFile([{ field_name: 'os', allowed_values: '*' }]), says: 'field_name is "os": use reason, appName' },
  {
    text: filterFile([{ field_name: 'submission_date', allowed_values: 'today' }]),
    says: 'use 20140116 or 2014-01-16',
  },
])('a filter file that can not be meant is refused: $says', ({ text, says }) => {
  expect(() => parseFilterFile(text)).toThrow(FilterFileError)
  expect(() => parseFilterFile(text)).toThrow(says)
})
