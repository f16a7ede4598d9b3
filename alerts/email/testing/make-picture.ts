import { HOUR_MS } from '../../../data/domain/time.ts'
import type { HourValue, PictureSpec } from '../picture/picture-spec.ts'

/** Nightly on the first of February 2014: two tides a day, too low since Sat 14:00, nine hours of it judged. */
export function makePicture(changes: Partial<PictureSpec> = {}): PictureSpec {
  const start = Date.UTC(2014, 0, 31)
  const seenHours = 47
  const hours = 59
  const mid = Array.from({ length: hours }, (_, hour) => tideAt(hour))
  const troubleFrom = Date.UTC(2014, 1, 1, 14)
  const values = mid.slice(0, seenHours).map((value, hour): HourValue => {
    const since = hour - (troubleFrom - start) / HOUR_MS
    return Math.round(value * (since < 0 ? 1 + 0.02 * Math.sin(hour * 2.3) : 0.95 - 0.02 * since))
  })
  return {
    title: 'Submissions per hour',
    unit: 'submissions',
    start,
    hours,
    lines: [{ label: 'seen', channel: 'nightly', values }],
    water: { low: mid.map((value) => value * 0.91), high: mid.map((value) => value * 1.09) },
    expected: null,
    lastWeek: mid.map((value, hour) => value * (0.95 + 0.02 * Math.cos(hour))),
    gaps: [],
    trouble: { kind: 'below', from: troubleFrom, to: null },
    ...changes,
  }
}

/** Submissions per hour of a channel with two high waters a day, `hour` hours after a midnight. */
export function tideAt(hour: number): number {
  const angle = ((hour - 3) / 24) * 2 * Math.PI
  return 2000 - 520 * Math.cos(angle) - 330 * Math.cos(2 * angle + 0.9)
}
