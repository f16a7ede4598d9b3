import type { Circumstance, Condition, Look, PassedOver, PassedOverWhy, Probe } from '../judge/probe.ts'

/** What a detector asked of one window of one series, and what the answers were. */
export interface WatchedLook extends Look {
  /** In the order in which they were asked; all must be met. */
  readonly conditions: readonly WatchedCondition[]
  readonly circumstances: ReadonlyMap<Circumstance, number>
  /** All conditions are met, and yet it isn't told. */
  readonly passedOver: PassedOverWhy | null
}

/** Units as in `Condition`. */
export interface WatchedCondition {
  readonly condition: Condition
  readonly isMet: boolean
  readonly value: number
  readonly needed: number
}

interface GrowingLook extends WatchedLook {
  readonly conditions: WatchedCondition[]
  readonly circumstances: Map<Circumstance, number>
  passedOver: PassedOverWhy | null
}

/** A probe that keeps what is measured of one channel, and of all channels together. */
export function watchChannel(channel: string): { readonly probe: Probe; readonly looks: readonly WatchedLook[] } {
  const looks: GrowingLook[] = []
  return {
    looks,
    probe: {
      begin(look) {
        const watched: GrowingLook = { ...look, conditions: [], circumstances: new Map(), passedOver: null }
        if (look.channel === channel || look.channel === '*') looks.push(watched)
        return {
          needs(condition, isMet, value, needed) {
            watched.conditions.push({ condition, isMet, value, needed })
            return true
          },
          note: (circumstance, value) => watched.circumstances.set(circumstance, value),
          get isMet() {
            return areMet(watched)
          },
        }
      },
      passedOver(alarm, why) {
        for (const look of looks) if (areMet(look) && isOf(look, alarm)) look.passedOver = why
      },
    },
  }
}

/** Whether all that was asked is met. */
export function areMet({ conditions }: Pick<WatchedLook, 'conditions'>): boolean {
  return conditions.length > 0 && conditions.every(({ isMet }) => isMet)
}

function isOf(look: Look, { channel, series, windowHours }: PassedOver): boolean {
  return (
    look.channel === channel &&
    look.windowHours === windowHours &&
    look.series.reason === series.reason &&
    look.series.problem === series.problem &&
    look.series.cause === series.cause &&
    look.series.attribute === series.attribute &&
    look.series.value === series.value &&
    // Which of the young builds is to blame is found by the look.
    (look.detector === 'young_builds') === (series.reason !== undefined && series.buildId !== undefined)
  )
}

/** So much more than what is needed is as much as it gets. */
const MOST_REACHED = 99

/** How near to being told: the least of what its conditions reached of what they need; 1 or more where all are met. */
export function reachedOf({ conditions }: Pick<WatchedLook, 'conditions'>): number {
  if (conditions.length === 0) return 0
  return Math.min(MOST_REACHED, ...conditions.map(reachedOfCondition))
}

/** 1 or more where it is met, less where it isn't; 0 where nothing is known. */
export function reachedOfCondition({ isMet, value, needed }: WatchedCondition): number {
  const ratio = needed === 0 ? Number.NaN : value / needed
  if (isMet) return Math.max(1, Number.isNaN(ratio) ? 1 : ratio)
  return Number.isNaN(ratio) ? 0 : Math.min(0.999, Math.max(0, ratio))
}
