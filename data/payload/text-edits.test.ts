import { expect, test } from 'vitest'
import { scanJson } from './json-text.ts'
import { edited, prepended, withoutMembers } from './text-edits.ts'

function without(text: string, name: string, put = ''): string {
  const scan = scanJson(text, { maxDepth: 9, maxValues: 99 })
  if (scan.kind === 'bad' || scan.root.kind !== 'object') throw new Error(`${text} must be an object`)
  const edits = withoutMembers(scan.root, (member) => member.name === name)
  return edited(text, put === '' ? edits : [...edits, prepended(scan.root, put)])
}

test.each([
  { claim: 'first', text: '{"x":1,"a":2}', left: '{"a":2}' },
  { claim: 'last', text: '{"a":1 , "x":2 }', left: '{"a":1 }' },
  { claim: 'between', text: '{"a":1,"x":2,"b":3}', left: '{"a":1,"b":3}' },
  { claim: 'everywhere', text: '{"x":1,"x":2,"a":3,"x":4,"b":5,"x":6,"x":7}', left: '{"a":3,"b":5}' },
  { claim: 'nowhere', text: '{"a":1}', left: '{"a":1}' },
])('a member that stands $claim goes with its comma', ({ text, left }) => {
  expect(without(text, 'x')).toBe(left)
  expect(without(text, 'x', '"new":0')).toBe(left.replace('{', '{"new":0,'))
})

test('edits of a stretch are those within it', () => {
  const edits = [
    { start: 6, end: 7, text: 'G' },
    { start: 2, end: 4, text: '' },
    { start: 0, end: 1, text: 'A' },
  ]
  expect(edited('abcdefgh', edits)).toBe('AbefGh')
  expect(edited('abcdefgh', edits, 1, 5)).toBe('be')
})
