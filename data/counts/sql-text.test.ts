import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const DATA = join(import.meta.dirname, '..')

/** What may stand between quotes in SQL: our own constants, and paths of our own folders with their quotes doubled. */
const CLOSED = [/^[A-Z][A-Z0-9_]*$/, /^importReceiver\(''\)$/, /^[\w.()]+\.replaceAll\("'", "''"\)$/, /^quoted\(/]

/** Names from closed lists of ours, each looked at by a person. */
const LOOKED_AT = [
  'read-series.ts: question.step',
  'read-discarded.ts: step',
  'invalid-sql.ts: name',
  'counts-parquet.ts: TYPES[column] ?? ',
  'choice.ts: problem',
  'choice.ts: DEADLY.problem',
  'choice.ts: DEADLY.field',
  // A spreadsheet's cell, and no SQL.
  'cells.ts: text',
]

async function sources(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !/\.test\.ts$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.includes('/testing/'))
}

/** `file.ts: expression` of each text in quotes within a template: where SQL is made, a value that should have been bound. */
function quotedValues(file: string, text: string): string[] {
  const name = file.slice(file.lastIndexOf('/') + 1)
  return [...text.matchAll(/'\$\{((?:[^{}'"]|"[^"]*"|'')*)/g)].map(([, expression = '']) => `${name}: ${expression}`)
}

function isClosed(found: string): boolean {
  const expression = found.slice(found.indexOf(': ') + 2)
  return CLOSED.some((pattern) => pattern.test(expression)) || LOOKED_AT.includes(found)
}

test('no value stands in the text of a statement: they are bound', async () => {
  const open: string[] = []
  for (const file of await sources(DATA))
    open.push(...quotedValues(file, await readFile(file, 'utf8')).filter((found) => !isClosed(found)))
  expect(open).toEqual([])
})

test('a value between quotes would be found', () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the text of a source file
  const found = quotedValues('/data/x.ts', "read(`select 1 from t where channel = '${channel}' and os = '${OTHER}'`)")
  expect(found.filter((each) => !isClosed(each))).toEqual(['x.ts: channel'])
})
