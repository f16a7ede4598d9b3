import { readFile } from 'node:fs/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { UNKNOWN } from '../../data/domain/dimensions.ts'
import { parseSubmissionPath } from '../../data/domain/submission-path.ts'
import { ID, type RunningReceivers, runningReceivers, sendRaw } from './testing/running-receivers.ts'

/**
 * The table of docs/receiving.md, held against a real receiver: targets go over the wire as they stand there, `ID` for a
 * document id, `DIMENSIONS` for five of them, `\xNN` for a byte.
 */
const PAGE = new URL('../../docs/receiving.md', import.meta.url)
const DIMENSIONS = 'idle-daily/Firefox/29.0a1/nightly/20140116030201'

interface PathCase {
  readonly target: string
  readonly answer: number
  readonly means: string
}

function casesOf(page: string): PathCase[] {
  const table = page.split('<!-- paths -->')[1]?.split('<!-- end of paths -->')[0] ?? ''
  return table
    .trim()
    .split('\n')
    .slice(2)
    .map((line) => {
      const [, target = '', answer = '', means = ''] = line.split('|').map((cell) => cell.trim().replaceAll('`', ''))
      return { target, answer: Number(answer), means }
    })
}

const cases = casesOf(await readFile(PAGE, 'utf8'))

function written(target: string): string {
  return target
    .replaceAll('DIMENSIONS', DIMENSIONS)
    .replaceAll('ID', ID)
    .replace(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

/** What the converter will read of the path, as the table says it. */
function meaning(path: string): string {
  const parsed = parseSubmissionPath(path)
  switch (parsed.kind) {
    case 'full': {
      const { reason, appName, appVersion, channel, buildId } = parsed.dimensions
      const values = [reason, appName, appVersion, channel, buildId]
      const isUsual = values.join('/') === DIMENSIONS
      const shown = isUsual
        ? 'id and dimensions'
        : values.map((value) => (value === UNKNOWN ? 'unknown' : value)).join(', ')
      return parsed.documentId === ID ? shown : `${shown}; id ${parsed.documentId}`
    }
    case 'id':
      return 'id'
    case 'malformed':
      return `malformed: ${parsed.cause}`
    case 'elsewhere':
      return 'no submission'
  }
}

let running: RunningReceivers
beforeEach(async () => {
  running = await runningReceivers()
})
afterEach(() => running.remove())

test('the table has both forms and everything that paths were ever spoilt by', () =>
  expect(cases.length).toBeGreaterThan(25))

test.each(cases)('$target: $answer, $means', async ({ target, answer, means }) => {
  const receiver = await running.start()
  const request = `POST ${written(target)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}`
  expect((await sendRaw(receiver, request)).slice(0, 12)).toBe(`HTTP/1.1 ${answer}`)
  const [kept, ...more] = await running.submissions()
  expect(more).toEqual([])
  expect(kept === undefined ? 'no submission' : meaning(kept.path)).toBe(means)
})
