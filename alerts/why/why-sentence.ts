import type { FindingKind } from '../finding.ts'
import { groupOf, type IncidentGroup } from '../incident.ts'
import { formatCount, formatList, formatPercent, formatRange } from '../sentence/format.ts'
import { wordCondition } from './condition-words.ts'
import { detectorTitle, windowWords } from './detector-words.ts'
import type { DetectorWhy, HourWhy, ToldThen } from './hour-why.ts'

/** The answer in a sentence or two. */
export function whySentence(why: HourWhy): string {
  const { told, heldBack, isKnown, learning } = why
  const opened = told.filter(({ isNew }) => isNew)
  if (opened.length > 0) return `Told: ${formatList(opened.map(toldWords))}.${measureOf(why, opened)}`
  const going = told.filter(({ incident }) => incident !== null)
  if (going.length > 0) {
    const numbers = [...new Set(going.map(({ incident }) => `incident ${incident}`))]
    return `Not told again: what this hour shows is part of ${formatList(numbers)}.`
  }
  const [first] = heldBack
  if (!isKnown || learning !== null) return `Not told: ${lowered(first?.text ?? 'nothing is known.')}`
  if (told.length > 0) return `Told: ${formatList(told.map(toldWords))}.${measureOf(why, told)}`
  const isWithin = why.expected === null || why.seen === null || within(why.seen, why.expected)
  const state = stateWords(why)
  if (first === undefined) return `Not told: ${state}.`
  return `Not told: ${state}${isWithin ? '' : ', and that isn’t enough by itself'}. ${first.text}`
}

const KIND_WORDS: Readonly<Record<FindingKind, string>> = {
  outage: 'an outage',
  drop: 'a drop',
  decline: 'a decline',
  surge: 'a surge',
  invalid: 'invalid submissions',
  discarded: 'discarded submissions',
  build: 'a build',
  novelty: 'something new',
  gap: 'a gap',
  stalled: 'our own trouble',
}

/** `incident 3, a drop on nightly (saved-session)` */
function toldWords({ kind, channel, series, incident }: ToldThen): string {
  const what = series.problem ?? series.value ?? series.reason ?? series.buildId
  const number = incident === null ? '' : `incident ${incident}, `
  const where = kind === 'gap' ? '' : ` on ${channel === '*' ? 'all channels' : channel}`
  return `${number}${KIND_WORDS[kind]}${where}${what === undefined ? '' : ` (${what})`}`
}

/** What gave the first of them away, where a detector did. */
function measureOf({ detectors }: HourWhy, [first]: readonly ToldThen[]): string {
  if (first === undefined) return ''
  const met = detectors.filter(({ nearest }) => nearest.isMet && nearest.passedOver === null)
  const own = met.find((detector) => groupsOf(detector).includes(groupOf(first.kind)) && isOf(detector, first))
  return own === undefined ? '' : ` ${nearestWords(own)}`
}

function groupsOf({ detector }: DetectorWhy): readonly IncidentGroup[] {
  if (detector === 'invalid' || detector === 'invalid_build') return ['invalid']
  if (detector === 'gap' || detector === 'stalled') return [detector]
  if (detector === 'discarded' || detector === 'surge' || detector === 'novelty') return [detector]
  return ['volume']
}

/** Of a build it may be found by all that its reason sends. */
function isOf({ series }: DetectorWhy, told: ToldThen): boolean {
  return (
    series.problem === told.series.problem &&
    series.cause === told.series.cause &&
    (series.reason === undefined || series.reason === told.series.reason) &&
    (series.buildId === undefined || series.buildId === told.series.buildId)
  )
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
