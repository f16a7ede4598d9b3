import { describe, expect, test } from 'vitest'
import { debugId, isAutomation } from './submission.ts'

const withHeaders = (headers: Record<string, string>) => ({
  frame: 0,
  receivedAt: 0,
  path: '',
  headers,
  body: new Uint8Array(),
})

describe('a debug id', () => {
  test.each([
    { given: 'find-me', id: 'find-me' },
    { given: '  find-me ', id: 'find-me' },
    { given: 'x'.repeat(64), id: 'x'.repeat(64) },
    { given: 'x'.repeat(65), id: null },
    { given: 'two words', id: null },
    { given: '', id: null },
    { given: 'a\x07b', id: null },
    { given: 'schlüssel', id: null },
  ])('"$given" is $id', ({ given, id }) => expect(debugId(withHeaders({ 'x-debug-id': given }))).toBe(id))
  test('is none without its header', () => expect(debugId(withHeaders({}))).toBeNull())
})

test.each([
  { tags: 'automation', is: true },
  { tags: 'Automation', is: true },
  { tags: 'perf, automation ,x', is: true },
  { tags: 'automation2', is: false },
  { tags: '', is: false },
])('X-Source-Tags: "$tags" is automation: $is', ({ tags, is }) => {
  expect(isAutomation(withHeaders({ 'x-source-tags': tags }))).toBe(is)
})
