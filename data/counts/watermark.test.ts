import { expect, test } from 'vitest'
import { MINUTE_MS } from '../domain/time.ts'
import { watermark } from './watermark.ts'

const NOW = Date.UTC(2014, 0, 16, 14, 30)
const segment = (minutesAgo: number) => ({
  segment: `s${minutesAgo}`,
  receiver: 'edge-1',
  createdAt: NOW - minutesAgo * MINUTE_MS,
})

test.each([
  { claim: 'the oldest unmerged segment holds it back', unmerged: [1, 20, 3], minutesAgo: 20 },
  { claim: 'a live receiver without traffic lets it follow its open segment', unmerged: [0], minutesAgo: 0 },
  { claim: 'with no segment at all it is the clock less a minute', unmerged: [], minutesAgo: 1 },
  { claim: 'a segment from the future does not carry it beyond the clock', unmerged: [-5], minutesAgo: 0 },
  { claim: 'it never goes back', unmerged: [20], previous: 10, minutesAgo: 10 },
  { claim: 'it goes on from where it was', unmerged: [5], previous: 10, minutesAgo: 5 },
])('$claim', ({ unmerged, previous, minutesAgo }) => {
  const before = previous === undefined ? null : NOW - previous * MINUTE_MS
  expect((NOW - watermark(unmerged.map(segment), NOW, before)) / MINUTE_MS).toBe(minutesAgo)
})
