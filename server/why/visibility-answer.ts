import { formatEstimate, formatPercent } from '../../alerts/sentence/format.ts'
import type { Horizon, SeriesVisibility, Visibility } from '../../alerts/visible/visibility.ts'
import { isoSeconds } from '../../data/domain/time.ts'
import type { VisibilityAnswer } from '../api/types.ts'

/** As the API and the command print it. */
export function visibilityAnswer(seen: Visibility | null): VisibilityAnswer {
  return seen === null
    ? { hour: null, series: [] }
    : { hour: isoSeconds(seen.hour), series: seen.series.map(seriesAnswer) }
}

function seriesAnswer(own: SeriesVisibility): VisibilityAnswer['series'][number] {
  const { channel, kind, reason, perHour, within, blind } = own
  const size = (hours: Horizon) => within.find((each) => each.hours === hours)?.least ?? null
  return {
    ...{ channel, kind, reason, per_hour: perHour, blind },
    within_1h: size(1),
    within_6h: size(6),
    within_24h: size(24),
    sentence: visibilitySentence(own),
  }
}

/** `Told is a loss of 48 % (640 submissions) within 1 h, of 15 % (1 270 submissions) within 6 h.` */
function visibilitySentence({ kind, within, blind }: SeriesVisibility): string {
  if (blind !== null) return blind
  const told = within.flatMap(({ hours, least }) => {
    if (least === null) return []
    const size = kind === 'loss' ? formatPercent(least.ratio) : `${(100 * least.ratio).toFixed(1)}\u00a0points`
    return [`${size} (${formatEstimate(least.submissions)} submissions) within ${hours}\u00a0h`]
  })
  return `Told is ${kind === 'loss' ? 'a loss of' : 'a rise of the invalid rate by'} ${told.join(kind === 'loss' ? ', of ' : ', by ')}.`
}
