import { formatCount, formatDuration, formatPercent, formatRange, formatTime } from '../../alerts/sentence/format.ts'
import { HOUR_MS } from '../../data/domain/time.ts'
import type { WhyAnswer } from '../api/types.ts'

/** Of detectors that are far from telling, a line each is enough. */
const FAR = 0.5
const MOST_DETECTORS = 10
/** What people ask for who wonder whether anybody looked at all. */
const ALWAYS: ReadonlySet<string> = new Set(['gap', 'fast_look', 'stalled'])

function isShown({ detector }: WhyAnswer['detectors'][number], index: number): boolean {
  return index < MOST_DETECTORS || ALWAYS.has(detector)
}

/** The answer for a terminal. */
export function whyText(why: WhyAnswer): string {
  const { channel, hour, sentence, held_back, would_tell, detectors } = why
  const lines = [
    `${channel === '*' ? 'All channels together' : channel}, ${formatTime(Date.parse(hour))} UTC`,
    sentence,
    '',
    ...numberLines(why),
    ...section(
      'Held back by',
      held_back.map(({ text }) => text),
    ),
    ...section(
      'What would have told it',
      would_tell.flatMap(({ text, setting }) => [text, `  judge.sensitivity: [${JSON.stringify(setting)}]`]),
    ),
    ...section('Detectors, nearest to telling first', detectors.filter(isShown).flatMap(detectorLines)),
  ]
  return `${lines.join('\n')}\n`
}

function numberLines({ seen, expected, coverage, invalid_rate, learning }: WhyAnswer): readonly string[] {
  return [
    `counted    ${seen === null ? 'unknown' : formatCount(seen)}`,
    `expected   ${expected === null ? 'not learnt' : `${formatCount(expected.mid)} (${formatRange(expected.low, expected.high)})`}`,
    `invalid    ${invalid_rate === null ? 'unknown' : formatPercent(invalid_rate, 1)}`,
    ...(coverage === 1 ? [] : [`listened   ${formatPercent(coverage)} of the hour`]),
    ...(learning === null ? [] : [`learning   ${Math.floor(learning.days)} of ${learning.of} days`]),
  ]
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', `${title}:`, ...lines.map((line) => `  ${line}`)]
}

function detectorLines({ title, sentence, nearest }: WhyAnswer['detectors'][number]): readonly string[] {
  const head = `${nearest.met ? '●' : '○'} ${gauge(nearest.reached)}  ${sentence}`
  if (nearest.reached < FAR) return [head]
  const all = nearest.conditions.map(({ met, text }) => `      ${met ? 'met    ' : 'not met'}  ${text}`)
  return [
    `${nearest.met ? '●' : '○'} ${gauge(nearest.reached)}  ${title}, over ${windowText(nearest.window_hours)}`,
    ...all,
  ]
}

function windowText(hours: number): string {
  return formatDuration(hours * HOUR_MS)
}

const WIDTH = 10

/** How much of what is needed was reached. */
function gauge(reached: number): string {
  const filled = Math.min(WIDTH, Math.floor(reached * WIDTH))
  return `${'▇'.repeat(filled)}${'·'.repeat(WIDTH - filled)}`
}
