import { type SeeInput, whatCanBeSeen } from '../../alerts/visible/see.ts'
import type { Visibility } from '../../alerts/visible/visibility.ts'
import { explainHour, type WhyInput } from '../../alerts/why/explain-hour.ts'
import type { HourWhy } from '../../alerts/why/hour-why.ts'

/** Judges hours again, which takes a second or more of the processor. Rejects where it can't. */
export interface Reckoner {
  why(input: WhyInput): Promise<HourWhy>
  visible(input: SeeInput): Promise<Visibility>
}

/** In the process that asks: for commands, which have nothing else to do meanwhile. */
export const reckonHere: Reckoner = {
  why: async (input) => explainHour(input),
  visible: async (input) => whatCanBeSeen(input),
}
