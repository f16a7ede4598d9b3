import { type Incident, isDiskFull, type Stage } from '../incident.ts'
import { formatCount, formatTime } from './format.ts'

/** What isn't done any more when a stage stands still. */
export const DONE_BY_STAGE: Readonly<Record<Stage, 'counted' | 'judged'>> = {
  receiving: 'counted',
  converting: 'counted',
  merging: 'counted',
  judging: 'judged',
}

/** The sentence of Tidewatch's own trouble without its full stop; `when` is the time it lasts. */
export function ownTroubleClause({ trouble, end }: Incident, when: string): string {
  switch (trouble?.kind) {
    case undefined:
      return `Tidewatch has trouble of its own ${when}`
    case 'disk_filling':
      if (end !== null || trouble.fullAt === null) return `The disk ${end === null ? 'is' : 'was'} filling up ${when}`
      if (isDiskFull(trouble)) return 'The disk is full: submissions are refused'
      return `The disk will be full about ${formatTime(trouble.fullAt)}: submissions will be refused then`
    case 'behind': {
      const done = DONE_BY_STAGE[trouble.stage]
      if (end !== null) return `Nothing was ${done} for a while: what came ${when} was ${done} later`
      return `Nothing that came after ${formatTime(trouble.reachedAt)} is ${done} yet: submissions are kept`
    }
    case 'specifications_missing': {
      if (end !== null) return `Submissions waited for histogram specifications ${when}`
      return `${formatCount(trouble.waiting)} submissions of the last hour wait for histogram specifications`
    }
    default:
      return trouble satisfies never
  }
}
