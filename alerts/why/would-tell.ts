import type { JudgeMemory } from '../judge/memory.ts'
import type { Condition } from '../judge/probe.ts'
import { type Sensitivity, type SensitivityOf, USUAL_FALSE_ALARMS_PER_YEAR } from '../judge/sensitivity.ts'
import type { Verdict } from '../judge/verdict.ts'
import type { AskedKind, MailCost, WouldTell } from './hour-why.ts'
import { areMet, reachedOf, type WatchedLook } from './watch.ts'

interface WouldTellInput {
  readonly channel: string
  readonly looks: readonly WatchedLook[]
  readonly present: Sensitivity
  /** Judges the hour again, otherwise alike. */
  readonly judge: (changes: { readonly sensitivity: SensitivityOf }) => Verdict
  readonly costOf: (asked: Candidate, sensitivity: Sensitivity, memory: JudgeMemory) => MailCost
}

type Candidate = Omit<WouldTell, 'cost'>

/** Who allows more than this turns the judge off: it would be told every week anyway. */
const MOST_FALSE_ALARMS = 12
/** So many settings are tried at most: each judges the hour again. */
const MOST_TRIED = 3
/** Of less nobody wants to be told. */
const LEAST_RATIO = 0.01

/** The sensitivities nearest to the present one with which the channel would have been told; each of them has been tried. */
export function wouldTell({ channel, looks, present, judge, costOf }: WouldTellInput): readonly WouldTell[] {
  return candidates(channel, looks, present)
    .slice(0, MOST_TRIED)
    .flatMap((candidate): WouldTell[] => {
      const own = sensitivityOf(candidate, present)
      const verdict = judge({ sensitivity: (name) => (name === channel ? own : present) })
      const isTold = verdict.findings.some((finding) => finding.channel === channel && finding.kind !== 'gap')
      return isTold ? [{ ...candidate, cost: costOf(candidate, own, verdict.memory) }] : []
    })
}

/** What `candidate` asks for in place of what is asked of its kind; the rest as at `present`. */
export function sensitivityOf({ kind, worth, falseAlarmsPerYear }: Candidate, present: Sensitivity): Sensitivity {
  const asked = { ...present, [kind]: [worth] }
  return falseAlarmsPerYear === null ? asked : { ...asked, falseAlarmsPerYear }
}

/** The nearest first, one a kind. */
function candidates(channel: string, looks: readonly WatchedLook[], present: Sensitivity): readonly Candidate[] {
  const found = [...looks]
    .filter((look) => look.channel === channel && !areMet(look))
    .sort((a, b) => reachedOf(b) - reachedOf(a))
    .flatMap((look) => candidateOf(look, present) ?? [])
  return found
    .filter((own, index) => found.findIndex(({ kind }) => kind === own.kind) === index)
    .sort((a, b) => (a.falseAlarmsPerYear ?? 0) - (b.falseAlarmsPerYear ?? 0))
}

const KINDS: Readonly<Partial<Record<WatchedLook['detector'], AskedKind>>> = {
  loss: 'loss',
  reason_share: 'loss',
  surge: 'surge',
  invalid: 'invalid',
  discarded: 'discarded',
}

/** Conditions that a sensitivity speaks of: sizes, and how far chance may be trusted. */
const SIZES: readonly Condition[] = ['loss', 'gain', 'points']
const CHANCES: readonly Condition[] = ['noise', 'chance']

function candidateOf(look: WatchedLook, present: Sensitivity): Candidate | null {
  const kind = KINDS[look.detector]
  const size = look.conditions.find(({ condition }) => SIZES.includes(condition))
  const lacking = look.conditions.filter(({ isMet }) => !isMet).map(({ condition }) => condition)
  if (kind === undefined || size === undefined) return null
  if (!lacking.every((condition) => SIZES.includes(condition) || CHANCES.includes(condition))) return null
  const stricter = look.circumstances.get('stricter') ?? 0
  const ratio = roundDown(ratioOf(size.condition, size.value - stricter))
  const allowed = allowedFor(look, present)
  if (!(ratio >= LEAST_RATIO) || (allowed !== null && allowed > MOST_FALSE_ALARMS)) return null
  return { kind, worth: { ratio, hours: look.windowHours }, falseAlarmsPerYear: allowed }
}

function ratioOf(condition: Condition, value: number): number {
  if (condition === 'points') return value
  return condition === 'gain' ? Math.exp(value) - 1 : 1 - Math.exp(-value)
}

/** To whole percents, tenths under five: what is asked for must be reached. */
function roundDown(ratio: number): number {
  const steps = ratio < 0.05 ? 1000 : 100
  return Math.floor(ratio * steps - 1e-9) / steps
}

/**
 * The false alarms a year that must be allowed so that chance is trusted no further than the look needs; null where nothing more
 * is needed. The reverse of what `sensitivity.ts` makes of the allowance.
 */
function allowedFor({ conditions }: WatchedLook, { falseAlarmsPerYear }: Sensitivity): number | null {
  const present = falseAlarmsPerYear ?? USUAL_FALSE_ALARMS_PER_YEAR
  let allowed = present
  for (const { condition, isMet, value, needed } of conditions) {
    if (isMet) continue
    if (condition === 'noise')
      allowed = Math.max(allowed, present * Math.exp((needed ** 2 - Math.max(0, value) ** 2) / 2))
    if (condition === 'chance') allowed = Math.max(allowed, present * Math.exp(value - needed))
  }
  if (allowed === present) return null
  const rounded = allowed * 1.05
  return rounded < 1 ? Math.ceil(rounded * 20) / 20 : Math.ceil(rounded)
}
