import { HOUR_MS } from '../../data/domain/time.ts'
import type { SeriesKey } from '../finding.ts'
import type { Detector } from '../judge/probe.ts'
import { formatDuration } from '../sentence/format.ts'

/** What a detector looks at, in a few words: `Loss of saved-session`. */
export function detectorTitle({
  detector,
  series,
}: {
  readonly detector: Detector
  readonly series: SeriesKey
}): string {
  const { reason, problem, buildId, cause } = series
  switch (detector) {
    case 'loss':
      return reason === undefined ? 'Loss' : `Loss of ${reason}`
    case 'few_submissions':
      return 'Loss of few submissions'
    case 'reason_share':
      return `${reason} against the other reasons`
    case 'young_builds':
      return `${reason} of young builds`
    case 'slow_decline':
      return 'Slow decline'
    case 'all_channels':
      return 'All channels together'
    case 'surge':
      return 'Surge'
    case 'invalid':
      return problem === undefined ? 'Invalid' : `Invalid, ${problem}`
    case 'invalid_build':
      return `Invalid, build ${buildId}`
    case 'novelty':
      return `New ${series.attribute?.replaceAll('_', ' ')}, ${series.value}`
    case 'left_builds':
      return 'New builds that send nothing'
    case 'discarded':
      return `Discarded, ${cause === 'path' ? 'paths' : 'bodies'} too large`
    case 'gap':
      return 'Gap in listening'
    case 'fast_look':
      return 'Fast look at the minutes'
    case 'stalled':
      return 'Our own flow'
  }
}

/** `this hour`, `the last 6 h` */
export function windowWords(hours: number): string {
  return hours === 1 ? 'this hour' : `the last ${formatDuration(hours * HOUR_MS)}`
}
