import { MINUTE_MS } from '../../data/domain/time.ts'
import type { Condition } from '../judge/probe.ts'
import { formatCount, formatDuration, formatEstimate, formatPercent, UNIT_SPACE } from '../sentence/format.ts'
import type { WatchedCondition } from './watch.ts'

/** In what people read a measure: parts as a share, multiples, points of a rate, how rarely chance does it, counts, or minutes. */
export type ConditionUnit = 'ratio' | 'times' | 'points' | 'probability' | 'count' | 'minutes'

interface ConditionWords {
  readonly unit: ConditionUnit
  /** From the detectors' unit to the people's. */
  readonly toUnit?: (value: number) => number
  /** `value` in people's words. */
  readonly there: (value: string) => string
  /** `needed`, likewise. */
  readonly asked: (needed: string) => string
}

const lossOf = (log: number) => Math.max(0, 1 - Math.exp(-log))
const gainOf = (log: number) => Math.max(0, Math.exp(log) - 1)
const partOf = (ratio: number) => Math.max(0, Math.min(1, ratio))
const told = (needed: string) => `${needed} is told`
const areTold = (needed: string) => `${needed} are told`
const areNeeded = (needed: string) => `${needed} are needed`

const WORDS: Readonly<Record<Condition, ConditionWords>> = {
  measured: { unit: 'count', there: () => 'too little is known of these hours', asked: () => 'known hours' },
  known_hours: { unit: 'count', there: (value) => `${value} of the hours are known`, asked: areNeeded },
  reference_days: { unit: 'count', there: (value) => `${value} days to compare with`, asked: areNeeded },
  channels: { unit: 'count', there: (value) => `${value} channels to compare`, asked: areNeeded },
  submissions: { unit: 'count', there: (value) => `${value} submissions`, asked: areNeeded },
  affected: { unit: 'count', there: (value) => `${value} submissions are concerned`, asked: areNeeded },
  loss: { unit: 'ratio', toUnit: lossOf, there: (value) => `${value} lost`, asked: told },
  gain: { unit: 'ratio', toUnit: gainOf, there: (value) => `${value} too many`, asked: told },
  others_loss: {
    unit: 'ratio',
    toUnit: lossOf,
    there: (value) => `nearly all channels lost ${value} or more`,
    asked: told,
  },
  sudden: { unit: 'ratio', toUnit: lossOf, there: (value) => `${value} of it within two hours`, asked: told },
  noise: { unit: 'times', there: (value) => `${value} its usual noise`, asked: told },
  own_noise: { unit: 'times', there: (value) => `${value} the usual noise of the reason itself`, asked: told },
  own_part: {
    unit: 'ratio',
    toUnit: partOf,
    there: (value) => `${value} of the fall is the reason’s own`,
    asked: areNeeded,
  },
  points: {
    unit: 'points',
    toUnit: (rate) => Math.max(0, rate),
    there: (value) => `${value} above the usual rate`,
    asked: areTold,
  },
  usual_share: { unit: 'ratio', there: (value) => `usually ${value} of what young builds send`, asked: areNeeded },
  share_loss: {
    unit: 'ratio',
    toUnit: partOf,
    there: (value) => `${value} less than young builds usually send`,
    asked: told,
  },
  chance: { unit: 'probability', toUnit: Math.exp, there: (value) => `chance does that ${value}`, asked: told },
  blip: { unit: 'probability', toUnit: Math.exp, there: (value) => `one odd hour does that ${value}`, asked: told },
  other_hours: {
    unit: 'ratio',
    toUnit: (ratio) => Math.max(0, ratio),
    there: (value) => `${value} too many without its highest hour`,
    asked: areNeeded,
  },
  other_hours_lost: {
    unit: 'ratio',
    toUnit: (ratio) => Math.max(0, ratio),
    there: (value) => `${value} missing without its lowest hour`,
    asked: areNeeded,
  },
  spread: {
    unit: 'ratio',
    toUnit: partOf,
    there: (value) => `${value} of its channel have it in the least hour`,
    asked: areTold,
  },
  build: {
    unit: 'count',
    there: (value) => `${value === '0' ? 'no' : 'a'} build is to blame by itself`,
    asked: () => 'one is needed',
  },
  unheard: {
    unit: 'ratio',
    toUnit: partOf,
    there: (value) => `nobody listened to ${value} of it`,
    asked: (needed) => `more than ${needed} is told`,
  },
  per_hour: { unit: 'count', there: (value) => `${value} an hour over the last day`, asked: areNeeded },
  quiet_minutes: {
    unit: 'count',
    there: (value) => `${value} minutes without trouble to compare with`,
    asked: areNeeded,
  },
  heard_minutes: { unit: 'count', there: (value) => `${value} minutes listened to without a break`, asked: areNeeded },
  emptiest: {
    unit: 'ratio',
    toUnit: partOf,
    there: (value) => `as short a time without trouble never had less than ${value} of what was expected`,
    asked: areNeeded,
  },
  minutes_kept: {
    unit: 'count',
    there: () => 'the minutes of this hour are no longer kept',
    asked: () => 'a day of minutes before it is needed',
  },
  stood_still: {
    unit: 'count',
    there: (value) => (value === '0' ? 'it went on all the while' : 'it stood still'),
    asked: () => 'standing still is told',
  },
  late: {
    unit: 'minutes',
    there: (value) => `judged ${value} after its end`,
    asked: (needed) => `${needed} without going on are told`,
  },
}

export interface WordedCondition {
  readonly condition: Condition
  readonly isMet: boolean
  readonly unit: ConditionUnit
  /** In `unit`; null where nothing is known. */
  readonly value: number | null
  readonly needed: number
  /** `12.1 % lost; 18 % is told` */
  readonly text: string
}

export function wordCondition({ condition, isMet, value, needed }: WatchedCondition): WordedCondition {
  const { unit, toUnit = (own: number) => own, there, asked } = WORDS[condition]
  const [own, limit] = [toUnit(value), toUnit(needed)]
  const isKnown = condition !== 'measured' && Number.isFinite(own)
  const [ownWords, limitWords] = [inUnit(own, unit), inUnit(limit, unit)]
  // Rounded, they can read the same.
  const isClose = !isMet && isKnown && ownWords === limitWords
  const text = `${there(isClose ? `nearly ${ownWords}` : ownWords)}; ${asked(limitWords)}`
  return {
    condition,
    isMet,
    unit,
    value: isKnown ? own : null,
    needed: limit,
    text: condition === 'measured' ? there('') : text,
  }
}

function inUnit(value: number, unit: ConditionUnit): string {
  if (Number.isNaN(value)) return 'an unknown part'
  switch (unit) {
    case 'ratio':
      return formatPercent(value, 1)
    case 'times':
      return `${Math.max(0, Math.min(MOST_TIMES, value)).toFixed(1)}${UNIT_SPACE}×`
    case 'points':
      return `${(100 * value).toFixed(2)}${UNIT_SPACE}points`
    case 'probability':
      return rarity(value)
    case 'count':
      return formatCount(value)
    case 'minutes':
      return formatDuration(value * MINUTE_MS)
  }
}

const MOST_TIMES = 999

/** Not "once in 200 hours": what is reckoned is one such stretch of hours. */
function rarity(probability: number): string {
  if (probability > 0.4) return 'all the time'
  const times = 1 / probability
  if (times < 0.9995e6) return `once in ${formatEstimate(times)}`
  if (times < 1e9) return `once in ${formatEstimate(times / 1e6)} million`
  return 'practically never'
}
