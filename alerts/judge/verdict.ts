import type { History } from '../../data/counts/history.ts'
import type { EpochMs } from '../../data/domain/time.ts'
import type { Holiday } from '../calendar/calendar.ts'
import type { Expectation, Explanation, Finding } from '../finding.ts'
import type { AcceptedLevel, Incident, IncidentNumbers } from '../incident.ts'
import type { JudgeMemory } from './memory.ts'
import type { Probe } from './probe.ts'
import type { SensitivityOf } from './sensitivity.ts'

/** So many calm hours after its end a trouble is over. */
export const RESOLVED_AFTER_HOURS = 6

/** A channel's volume isn't judged before it has been listened to for so long. */
export const LEARNING_DAYS = 14

export interface JudgeInput extends JudgeWishes {
  /** The `JUDGE_WINDOW_HOURS` before `hour` count; what is older, or later than `hour`, is never looked at. */
  readonly history: History
  /** Start of the hour to judge; complete. */
  readonly hour: EpochMs
  /** All that overlap the window, resolved ones too: their hours teach nothing. */
  readonly incidents: readonly Incident[]
  /** From `createJudgeMemory` or an earlier verdict; it saves work and never changes an answer. */
  readonly memory: JudgeMemory
  /**
   * No count of `history` changes as long as it is the same object: what of it was read for the hour before needn't be compared
   * with it again. Verdicts are the same.
   */
  readonly isHistoryFinal?: boolean
  /** False where nobody looks at forecasts: there are none then. Default: true. */
  readonly withForecast?: boolean
  /** Somebody wants to know what the detectors measure; the verdict is the same. */
  readonly probe?: Probe
}

/** What people tell the judge beforehand. */
export interface JudgeWishes {
  /** What they want to be told of each channel; absent: what the judge itself holds for worth telling. */
  readonly sensitivity?: SensitivityOf
  /** Stretches in which less is to be expected, as somebody knows; by their beginning. */
  readonly holidays?: readonly Holiday[]
}

/** What the judge says of one hour. */
export interface Verdict {
  readonly hour: EpochMs
  /** False where the hour's coverage is too thin to judge it: then nothing but a gap can be found. */
  readonly isKnown: boolean
  /** This hour's, one a channel, by name. */
  readonly expectations: readonly Expectation[]
  /** The 72 hours after it, by channel, then hour. */
  readonly forecast: readonly Expectation[]
  readonly findings: readonly Finding[]
  /** How each open or recovering incident stands after this hour. */
  readonly standings: readonly Standing[]
  /** Of incidents whose level people have accepted: as it is measured now, where that is another. */
  readonly levels: ReadonlyMap<number, AcceptedLevel>
  /** Channels without history enough to judge their volume, and how much they have. */
  readonly learning: ReadonlyMap<string, LearningProgress>
  /** To be given with the next hour, in place of the one given with this. */
  readonly memory: JudgeMemory
}

export interface LearningProgress {
  readonly coveredDays: number
  readonly neededDays: number
}

export interface Standing {
  readonly incident: number
  /** Judged hours since its estimated end; 0: it goes on. */
  readonly calmHours: number
  /** Where it would have ended, if it is over. */
  readonly estimatedEnd: EpochMs
  /** Since the incident's start, counted anew. */
  readonly missing: number
  readonly peakMissing: number
  readonly numbers: IncidentNumbers
  /** Of its whole time: what was invalid of what was received, or discarded of what was offered, 0 to 1; 0 for other kinds. */
  readonly wholeRatio: number
  readonly explanation: Explanation
  /**
   * The level it has settled at after a week, or that somebody accepted; null while it moves, isn't a week old, or can't be measured
   * yet.
   */
  readonly settledLevel: AcceptedLevel | null
}
