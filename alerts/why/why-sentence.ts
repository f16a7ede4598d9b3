import { formatCount, formatList, formatPercent, formatRange } from '../sentence/format.ts'
import { wordCondition } from './condition-words.ts'
import { detectorTitle, windowWords } from './detector-words.ts'
import type { DetectorWhy, HourWhy, ToldThen } from './hour-why.ts'

/** The answer in a sentence or two. */
export function whySentence(why: HourWhy): string {
  const { told, heldBack, isKnown, learning } = why
  const opened = told.filter(({ isNew }) => isNew)
  if (opened.length > 0) return `Told: ${formatList(opened.map(toldWords))}.${measureOf(why)}`
  const going = told.filter(({ incident }) => incident !== null)
  if (going.length > 0) {
    const numbers = [...new Set(going.map(({ incident }) => `incident ${incident}`))]
    return `Not told again: what this hour shows is part of ${formatList(numbers)}.`
  }
  const [first] = heldBack
  if (!isKnown || learning !== null) return `Not told: ${lowered(first?.text ?? 'nothing is known.')}`
  if (told.length > 0) return `Told: ${formatList(told.map(toldWords))}.${measureOf(why)}`
  const isWithin = why.expected === null || why.seen === null || within(why.seen, why.expected)
  const state = stateWords(why)
  if (first === undefined) return `Not told: ${state}.`
  return `Not told: ${state}${isWithin ? '' : ', and that isn’t enough by itself'}. ${first.text}`
}

function toldWords({ kind, channel, series, incident }: ToldThen): string {
  const what = series.problem ?? series.buildId ?? series.reason
  const number = incident === null ? '' : `, incident ${incident}`
  const who = kind === 'gap' ? 'a gap' : `${channel === '*' ? 'all channels' : channel}, ${kind}`
  return `${who}${what === undefined ? '' : ` of ${what}`}${number}`
}

/** What gave it away, where a detector did. */
function measureOf({ detectors }: HourWhy): string {
  const met = detectors.find(({ nearest }) => nearest.isMet && nearest.passedOver === null)
  return met === undefined ? '' : ` ${nearestWords(met)}`
}

/** `Loss, the last 6 h: 15.3 % lost; 11.5 % is told.` */
export function nearestWords(detector: DetectorWhy): string {
  const { windowHours, conditions } = detector.nearest
  const [size] = conditions.filter(({ condition }) => SIZES.has(condition))
  const lacking = conditions.find(({ isMet }) => !isMet) ?? size ?? conditions[0]
  const measure = lacking === undefined ? '' : `: ${wordCondition(lacking).text}`
  return `${detectorTitle(detector)}, ${windowWords(windowHours)}${measure}.`
}

const SIZES: ReadonlySet<string> = new Set(['loss', 'gain', 'points', 'share_loss'])

function stateWords({ channel, seen, expected }: HourWhy): string {
  const who = channel === '*' ? 'all channels together' : channel
  if (seen === null || expected === null) return `${who} had ${formatCount(seen ?? 0)}`
  const { low, mid, high } = expected
  const range = `${formatRange(low, high)}`
  if (within(seen, expected)) return `${who} had ${formatCount(seen)}, as expected (${range})`
  const difference = mid > 0 ? formatPercent(Math.abs(1 - seen / mid)) : ''
  return `${who} had ${formatCount(seen)}, ${difference} ${seen < mid ? 'below' : 'above'} expected (${range})`
}

function within(seen: number, { low, high }: { readonly low: number; readonly high: number }): boolean {
  return seen >= low && seen <= high
}

function lowered(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1)
}
