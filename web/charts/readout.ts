import type { View } from '../view/view.ts'
import { count, ofExpected, rate } from '../words/number.ts'
import { age, day, fullMoment } from '../words/time.ts'
import type { ChartData } from './chart-data.ts'
import type { ChartLook } from './chart-option.ts'
import { MEASURE_WORDS } from './measure.ts'
import { isKnown } from './water.ts'

export interface ReadoutItem {
  readonly name: string
  readonly value: string
  readonly look: 'plain' | 'water' | 'wrong'
}

export interface Readout {
  /** Of the step; null where there is none. */
  readonly start: number | null
  readonly step: ChartData['step']
  readonly time: string
  readonly items: readonly ReadoutItem[]
}

/** Where one step's read-out leads to: a click on it, Enter, and a link. */
export interface MoreAbout {
  /** The link's words. */
  readonly word: string
  readonly view: View
}

const STEP_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const

/** All that is known of one step, in the order in which one asks: the line fixed above the chart. */
export function readout(data: ChartData, index: number, look: ChartLook): Readout {
  const middle = data.x[index]
  if (middle === undefined) return { start: null, step: data.step, time: '', items: [] }
  const start = middle - STEP_MS[data.step] / 2
  const time = data.step === 'day' ? `${day(start)} ${new Date(start).getUTCFullYear()}` : fullMoment(start, look.zone)
  const items: ReadoutItem[] = []
  const add = (name: string, value: string, itemLook: ReadoutItem['look'] = 'plain'): void => {
    items.push({ name, value, look: itemLook })
  }
  const seen = data.seen[index]
  const [low, mid, high] = [data.low[index], data.mid[index], data.high[index]]
  const words = MEASURE_WORDS[data.measure]
  if (isKnown(seen)) add('seen', `${words.one(seen)}${listenedWords(data, start)}${lateWords(data, start)}`)
  else if (data.running?.index === index) add('so far', `${count(data.running.value)}, ${age(data.running.ageMs)}`)
  else if (start < data.now) add('seen', `unknown${reasonOf(data, middle)}`)
  if (isKnown(low) && isKnown(high)) add('expected', words.range(low, high), 'water')
  const residual = data.ofExpected[index]
  // Of one minute it would mostly be chance: there the mean of an hour says more.
  if (data.step === 'minute' && isKnown(residual)) add('of expected', ofExpected(residual))
  if (data.step !== 'minute' && isKnown(seen) && isKnown(mid) && mid > 0) {
    const outside = isKnown(low) && isKnown(high) && (seen < low || seen > high)
    add('of expected', ofExpected(seen / mid), outside ? 'wrong' : 'plain')
  }
  const invalid = data.invalid[index]
  if (isKnown(invalid)) add('invalid', rate(invalid))
  const ghost = data.ghost?.[index]
  if (isKnown(ghost)) add('last week', words.one(ghost))
  return { start, step: data.step, time, items }
}

/** What the read-out tells while nobody points: the newest whole step, or the running one where none is whole yet. */
export function newestIndex(data: ChartData): number {
  const newest = data.seen.findLastIndex(isKnown)
  return newest < 0 ? (data.running?.index ?? 0) : newest
}

function reasonOf(data: ChartData, time: number): string {
  const gap = data.gaps.find((candidate) => time >= candidate.from && time < candidate.to)
  return gap === undefined || gap.reason === '' ? '' : ` (${gap.reason})`
}

/** What a ring on the line means. */
function lateWords({ late }: ChartData, start: number): string {
  return late.some(({ at }) => at === start) ? ', counted late' : ''
}

/** `, 41 of 60 min`: what was counted in a step that nobody listened to as a whole. */
function listenedWords(data: ChartData, start: number): string {
  const step = data.partly.find(({ from }) => from === start)
  if (step === undefined || data.step !== 'hour') return ''
  return `, ${Math.round(step.coverage * 60)} of 60 min`
}
