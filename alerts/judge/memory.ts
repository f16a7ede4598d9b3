import type { History } from '../../data/counts/history.ts'
import type { DiscardCause } from '../../data/domain/discard.ts'
import type { HolidayHours } from './holidays.ts'
import { type Sensitivity, USUAL_SENSITIVITY } from './sensitivity.ts'
import type { Season, TideSums } from './tide-sums.ts'
import { type HourNumber, RING_HOURS } from './window.ts'

/** Windows of hours, ending with the judged one, over which volume is compared. */
export const WINDOWS = [1, 2, 3, 6, 12, 24] as const

/**
 * What was learnt from the hours before, so that the next hour costs a millisecond instead of a hundred. All of it follows
 * from history and incidents: it can be thrown away at any time, and it notices by itself when either has changed behind
 * it. One memory serves one judge; `judgeHour` changes it.
 */
export interface JudgeMemory {
  /** The newest hour that is in the rings; null: nothing yet. */
  newest: HourNumber | null
  /** Residuals are valid up to and with this hour; null: there are none. */
  residualsTo: HourNumber | null
  /** What the rings were filled from last. */
  observed: History | null
  /** Ring: share of the hour that was listened to. */
  readonly coverage: Float64Array
  channels: readonly ChannelMemory[]
  /** Midnight before which seasons, levels and noise of today were learnt; null: to be learnt. */
  seasonsOf: HourNumber | null
  noiseOf: HourNumber | null
}

export interface ChannelMemory {
  readonly name: string
  /** Of the hour that is judged; nothing is learnt by it. */
  sensitivity: Sensitivity
  /** Known ones; their hours teach neither level nor noise. */
  holidays: readonly HolidayHours[]
  /** Incidents, holidays and beginning that the rings were filled by last, as a text; only kept in a backtest. */
  filledBy: string
  /** Rings. `digest` tells whether an hour's counts have changed since they were learnt from. */
  readonly digest: Float64Array
  /** 1 where the hour can be judged: listened to, the channel had begun, and it isn't a volume incident that is over. */
  readonly known: Uint8Array
  /** 1 where the hour teaches volume: known, and no volume incident or surge on this channel. */
  readonly good: Uint8Array
  /** The same without holidays, which siblings may share, and nobody should learn a level from. */
  readonly teaches: Uint8Array
  /** The same for invalid rates: 1 where the hour can be judged, */
  readonly rated: Uint8Array
  /** and where it teaches. */
  readonly clean: Uint8Array
  /** 1 where it was listened to and the channel had begun. */
  readonly heard: Uint8Array
  /** What `clean` leaves out, by whose incident it was: one of a single problem says nothing of the others. */
  invalidTroubles: readonly InvalidTrouble[]
  /** 1 where the hour teaches the season: `good`, or a surge that is over, or a loss of a part. */
  readonly seasonal: Uint8Array
  /** The same for shares of what is discarded. */
  readonly discardRated: Uint8Array
  readonly discardClean: Uint8Array
  /** All submissions first, then the reasons that matter. */
  readonly series: readonly SeriesMemory[]
  /** By invalid problem, and `''` for all of them together; learnt anew with the noise. */
  invalidRates: ReadonlyMap<string, RateBaseline>
  /** By cause; likewise. */
  discardRates: ReadonlyMap<DiscardCause, RateBaseline>
  /** As the days before midnight show it: clocks that have changed; learnt anew with the noise. */
  clockShifts: readonly ClockShift[]
  readonly builds: BuildMemory
}

/** What comes at an hour used to come so many hours later: an hour earlier by the clock that was changed, or an hour later. */
export type ClockShift = -1 | 1

/** An invalid incident's hours; those before `to`. No problem: of all of them, or of a build. */
export interface InvalidTrouble {
  readonly problem: string | undefined
  readonly from: HourNumber
  readonly to: HourNumber
}

export interface SeriesMemory {
  /** `''`: all submissions. */
  readonly reason: string
  /** Ring: submissions as if the whole hour had been listened to, at the level accepted last. */
  readonly counts: Float64Array
  /** Rings of `WINDOWS.length` values an hour; NaN where there is none. log(seen / expected), */
  readonly residuals: Float64Array
  /** the part of it that the sibling channels share, */
  readonly shared: Float64Array
  /** how far the siblings are apart in that, */
  readonly sharedSpread: Float64Array
  /** what is left of it that neither the channel's own past nor its siblings explain, */
  readonly unexplained: Float64Array
  /** and for reasons, log of (reason / the others) against the usual. */
  readonly shares: Float64Array
  /** A positive log of what was accepted as lost within the window: coming back to where it was is no surge. */
  acceptedLoss: number
  season: Season | null
  sums: TideSums | null
  noise: SeriesNoise | null
}

/** By window, in the order of `WINDOWS`: how far quiet hours stray, as a standard deviation of logs. */
export interface SeriesNoise {
  readonly unexplained: Float64Array
  readonly shares: Float64Array
  /** Of single hours against what is shown as expected. */
  readonly band: number
}

/** By window, in the order of the rate windows: usual rate, and how far it strays; NaN where too little is known. */
export interface RateBaseline {
  readonly usual: readonly number[]
  readonly spreads: readonly number[]
  /** How many of them come together, about: the variance of an hour's count over its mean, 1 where each comes by itself. */
  readonly clump: number
}

export interface BuildMemory {
  /** The builds with counts of their own, as a text: where they are others, who was first seen when is found anew. */
  names: string
  /** Hour in which each build first held enough of its channel to count as seen. */
  readonly firstSeen: Map<string, HourNumber>
  /** `firstSeen`, `young` and `youngByReason` are valid up to and with this hour; null: nothing yet. */
  validTo: HourNumber | null
  /** Rings: submissions of builds first seen less than a day before. */
  readonly young: Float64Array
  readonly youngByReason: Map<string, Float64Array>
}

export function createJudgeMemory(): JudgeMemory {
  return {
    newest: null,
    residualsTo: null,
    observed: null,
    coverage: new Float64Array(RING_HOURS),
    channels: [],
    seasonsOf: null,
    noiseOf: null,
  }
}

export function createChannelMemory(name: string, reasons: readonly string[]): ChannelMemory {
  return {
    name,
    sensitivity: USUAL_SENSITIVITY,
    holidays: [],
    filledBy: '',
    digest: new Float64Array(RING_HOURS),
    known: new Uint8Array(RING_HOURS),
    good: new Uint8Array(RING_HOURS),
    teaches: new Uint8Array(RING_HOURS),
    rated: new Uint8Array(RING_HOURS),
    clean: new Uint8Array(RING_HOURS),
    heard: new Uint8Array(RING_HOURS),
    invalidTroubles: [],
    seasonal: new Uint8Array(RING_HOURS),
    discardRated: new Uint8Array(RING_HOURS),
    discardClean: new Uint8Array(RING_HOURS),
    series: ['', ...reasons].map(createSeriesMemory),
    invalidRates: new Map(),
    discardRates: new Map(),
    clockShifts: [],
    builds: {
      names: '',
      firstSeen: new Map(),
      validTo: null,
      young: new Float64Array(RING_HOURS),
      youngByReason: new Map(),
    },
  }
}

function createSeriesMemory(reason: string): SeriesMemory {
  const perWindow = () => new Float64Array(RING_HOURS * WINDOWS.length).fill(Number.NaN)
  return {
    reason,
    counts: new Float64Array(RING_HOURS),
    residuals: perWindow(),
    shared: perWindow(),
    sharedSpread: perWindow(),
    unexplained: perWindow(),
    shares: perWindow(),
    acceptedLoss: 0,
    season: null,
    sums: null,
    noise: null,
  }
}
