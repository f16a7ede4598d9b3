import { timeOf } from './address.ts'
import { LAST_DAYS, RANGE_LIMITS } from './channel-view.ts'

const DAY_MS = 86_400_000

/** Why a page doesn't show the range that its address asks for, as part of a sentence; null where it does, or none is asked for. */
export function refusedRange(parameters: URLSearchParams): string | null {
  const [from, to, last] = ['from', 'to', 'last'].map((name) => parameters.get(name))
  if (from === null && to === null) return last === null ? null : refusedLast(last ?? '')
  const [start, end] = [timeOf(from), timeOf(to)]
  if (start === null || end === null) {
    const [name, text] = start === null ? ['from', from] : ['to', to]
    return text === null ? `it has no “${name}”` : `“${name}=${text}” is no time like 2014-02-01 or 2014-02-01T14:00Z`
  }
  if (start >= end) return 'it ends before it begins'
  if (end - start > RANGE_LIMITS.mostMs) return `it is longer than ${Math.floor(RANGE_LIMITS.mostMs / DAY_MS)} days`
  const isKnown = start >= RANGE_LIMITS.earliest && end <= RANGE_LIMITS.latest
  return isKnown ? null : 'charts reach from 2000 to 2199'
}

function refusedLast(last: string): string | null {
  const known = LAST_DAYS.map((days) => `${days}d`)
  return known.includes(last) ? null : `“last=${last}” is none of ${known.join(', ')}`
}
