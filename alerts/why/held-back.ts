import { LEAST_COVERAGE } from '../judge/observe.ts'
import type { Condition, Detector } from '../judge/probe.ts'
import { formatPercent, formatTime } from '../sentence/format.ts'
import { wordCondition } from './condition-words.ts'
import { detectorTitle, windowWords } from './detector-words.ts'
import type { HeldBack, HeldBackCode, HourWhy } from './hour-why.ts'
import { areMet, reachedOf, reachedOfCondition, type WatchedCondition, type WatchedLook } from './watch.ts'

export interface HourFacts
  extends Pick<HourWhy, 'hour' | 'channel' | 'coverageRatio' | 'isKnown' | 'learning' | 'told' | 'incidents'> {
  readonly looks: readonly WatchedLook[]
}

/** Why nothing is told, or nobody is mailed; the weightiest reason first. */
export function heldBackBy(facts: HourFacts): readonly HeldBack[] {
  const { isKnown, coverageRatio, learning, told, channel } = facts
  const held: HeldBack[] = []
  if (!isKnown) {
    const listened =
      coverageRatio === 0
        ? 'Nobody listened in this hour'
        : `${formatPercent(coverageRatio)} of this hour were listened to`
    held.push({ code: 'uncovered', text: `${listened}: it is unknown, and no loss.` })
  }
  if (learning !== null) {
    const { coveredDays, neededDays } = learning
    const text = `${channel} is still learnt: ${Math.floor(coveredDays)} of ${neededDays} days. Until then its volume isn’t judged.`
    held.push({ code: 'learning', text })
  }
  held.push(...byIncidents(facts))
  if (!isKnown) return held
  held.push(...byOtherAlarms(facts))
  if (told.length === 0 && learning === null) held.push(...byConditions(facts.looks))
  if (coverageRatio < 1 && coverageRatio >= LEAST_COVERAGE) {
    const text = `Only ${formatPercent(coverageRatio)} of the hour were listened to: it is reckoned up to a whole one.`
    held.push({ code: 'partial_hour', text })
  }
  return held
}

function byIncidents({ incidents, told }: HourFacts): readonly HeldBack[] {
  return incidents.flatMap(({ incident, silences }): HeldBack[] => {
    const { id, detectedAt } = incident
    const isOpenedNow = told.some((own) => own.isNew && own.incident === id)
    const part: HeldBack = {
      code: 'part_of_incident',
      text: `Incident ${id} goes on, told ${formatTime(detectedAt)}: what belongs to it isn’t told again.`,
      incident: id,
    }
    const silenced = silences.map((silence): HeldBack => {
      return { code: 'silenced', text: `Silence ${silence} held back the mails of incident ${id}.`, incident: id }
    })
    return [...(isOpenedNow ? [] : [part]), ...silenced]
  })
}

const PASSED_OVER = {
  over: 'What shows in it was over six hours before or longer.',
  all_channels: 'All channels fell together: that is told instead, once.',
  quicker: 'Something that shows quicker is told instead.',
} as const

function byOtherAlarms({ looks }: HourFacts): readonly HeldBack[] {
  const whys = new Set(looks.flatMap(({ passedOver }) => passedOver ?? []))
  return [...whys].map((code) => ({ code, text: PASSED_OVER[code] }))
}

/** What a loss, or a gain, of a look lacked. */
function byConditions(looks: readonly WatchedLook[]): readonly HeldBack[] {
  const held: HeldBack[] = []
  const siblings = excusedBySiblings(looks)
  if (siblings !== null) held.push(siblings)
  held.push(...(['holiday', 'clocks'] as const).flatMap((code) => excusedBy(looks, code) ?? []))
  const short = tooShort(looks)
  if (short !== null) held.push(short)
  const [nearest] = looks
    .filter((look) => !BESIDES.has(look.detector) && !areMet(look) && reachedOf(look) >= WORTH_SAYING)
    .sort((a, b) => reachedOf(b) - reachedOf(a))
  if (nearest !== undefined) held.push(...nearest.conditions.flatMap((own) => (own.isMet ? [] : lacked(nearest, own))))
  return held.filter(({ code }, index) => held.findIndex((other) => other.code === code) === index)
}

/** They don't look at how much came in the hour: each speaks for itself. */
const BESIDES: ReadonlySet<Detector> = new Set(['gap', 'fast_look', 'stalled'])

/** What is further from being told than this isn't held back by anything: nothing is wrong. */
const WORTH_SAYING = 0.5

const CODES: Readonly<Partial<Record<Condition, HeldBackCode>>> = {
  loss: 'too_small',
  gain: 'too_small',
  points: 'too_small',
  share_loss: 'too_small',
  own_part: 'too_small',
  others_loss: 'too_small',
  sudden: 'too_small',
  noise: 'usual_noise',
  own_noise: 'usual_noise',
  chance: 'too_few',
  submissions: 'too_few',
  affected: 'too_few',
  blip: 'blip',
  other_hours: 'blip',
  other_hours_lost: 'blip',
  known_hours: 'unknown_hours',
  measured: 'unknown_hours',
}

function lacked(look: WatchedLook, condition: WatchedCondition): readonly HeldBack[] {
  const code = CODES[condition.condition]
  if (code === undefined) return []
  const text = `${detectorTitle(look)}, ${windowWords(look.windowHours)}: ${wordCondition(condition).text}.`
  return [{ code, text }]
}

/** A loss that would have been large enough, had the other channels not lost as well. */
function excusedBySiblings(looks: readonly WatchedLook[]): HeldBack | null {
  for (const look of looks) {
    if (look.detector !== 'loss' || look.series.reason !== undefined) continue
    const loss = look.conditions.find(({ condition }) => condition === 'loss')
    const own = -(look.circumstances.get('own_movement') ?? 0)
    const shared = -(look.circumstances.get('shared_movement') ?? 0)
    if (loss === undefined || loss.isMet || !(own > loss.needed) || !(shared > 0.02)) continue
    const [lost, others] = [own, shared].map((log) => formatPercent(1 - Math.exp(-log)))
    const text = `In ${windowWords(look.windowHours)} ${lost} were missing, but the other channels lost ${others} as well.`
    return { code: 'siblings', text }
  }
  return null
}

/** A loss that would have been large enough without what a known holiday, or changed clocks, may cost. */
function excusedBy(looks: readonly WatchedLook[], code: keyof typeof EXCUSES): HeldBack | null {
  for (const look of looks) {
    const excused = look.circumstances.get(code) ?? 0
    const loss = look.conditions.find(({ condition }) => condition === 'loss')
    if (look.series.reason !== undefined || loss === undefined || loss.isMet || !(excused > 0)) continue
    if (!(loss.value + excused > loss.needed)) continue
    const text = `In ${windowWords(look.windowHours)} ${EXCUSES[code]} ${formatPercent(1 - Math.exp(-excused))}.`
    return { code, text }
  }
  return null
}

const EXCUSES = {
  holiday: 'a known holiday excuses',
  clocks: 'clocks that changed lately, as the days before show, excuse',
} as const

/** The hour has lost what is told of longer windows, and hasn't yet for so long. */
function tooShort(looks: readonly WatchedLook[]): HeldBack | null {
  const losses = looks.filter(({ detector, series }) => detector === 'loss' && series.reason === undefined)
  const [hour] = losses.filter(({ windowHours }) => windowHours === 1)
  const lost = hour?.conditions.find(({ condition }) => condition === 'loss')
  if (lost === undefined || lost.isMet) return null
  for (const look of losses) {
    const needed = look.conditions.find(({ condition }) => condition === 'loss')
    if (look.windowHours === 1 || needed === undefined || reachedOfCondition(needed) >= 1) continue
    if (lost.value > needed.needed) {
      const text = `This hour lost ${formatPercent(1 - Math.exp(-lost.value))}: too short, it is told once it lasts for ${look.windowHours} h.`
      return { code: 'too_short', text }
    }
  }
  return null
}
