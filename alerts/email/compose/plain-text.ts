import { HOUR_MS } from '../../../data/domain/time.ts'
import { formatClock, formatTime } from '../../sentence/format.ts'
import type { HourValue } from '../picture/picture-spec.ts'
import type { Button } from './buttons.ts'
import type { CarrierRow } from './carriers.ts'
import type { MailContent } from './mail-content.ts'
import { textOf, wrap } from './text-lines.ts'

const BARS = '▁▂▃▄▅▆▇█'
const UNKNOWN_HOUR = '·'

/** The mail for those who read no HTML: the same things in the same order, at most 72 columns wide but for URLs. */
export function plainText(content: MailContent): string {
  const blocks = [
    ...content.notices.map((notice) => wrap(notice)),
    `${content.state.mark} ${content.state.text} (${content.incident})`,
    wrap(textOf(content.headline)),
    wrap(textOf(content.cause)),
    figures(content),
    sparklines(content),
    carriers(content),
    accounting(content),
    changes(content),
    ...(content.chart === null ? [] : [link(content.chart)]),
    ...content.buttons.map(link),
    ...(content.verdict === null ? [] : [content.verdict.question, ...content.verdict.answers.map(link)]),
    `-- \n${content.foot.map((line) => wrap(line)).join('\n')}`,
  ]
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`
}

function link({ text, url }: Button): string {
  return `${text}:\n${url}`
}

function accounting({ accounting: lines }: MailContent): string {
  if (lines.length === 0) return ''
  const width = Math.max(...lines.map(({ what }) => what.length)) + 2
  return ['What became of it', ...lines.map(({ what, value }) => `${what.padEnd(width)}${value}`)].join('\n')
}

function figures({ figures: all }: MailContent): string {
  const width = Math.max(...all.map((figure) => figure.label.length)) + 2
  return all.map(({ label, value }) => `${label.padEnd(width)}${value}`).join('\n')
}

/** The last day in two lines of bars on one scale, so that what is missing shows as the difference. */
function sparklines({ day }: MailContent): string {
  const top = Math.max(0, ...[...day.seen, ...day.expected].map((value) => value ?? 0))
  if (top === 0 && day.seen.every((value) => value === null)) return ''
  const hours = `${formatTime(day.end - day.seen.length * HOUR_MS)} to ${formatClock(day.end)} UTC, hour by hour`
  const isExpected = day.expected.some((value) => value !== null)
  const seen = `Seen      ${sparkline(day.seen, top)}`
  const title = day.title === null ? [] : [wrap(day.title)]
  return [...title, hours, seen, ...(isExpected ? [`Expected  ${sparkline(day.expected, top)}`] : [])].join('\n')
}

function sparkline(values: readonly HourValue[], top: number): string {
  return values
    .map((value) => {
      if (value === null) return UNKNOWN_HOUR
      const index = top === 0 ? 0 : Math.round((value / top) * (BARS.length - 1))
      return BARS[Math.min(BARS.length - 1, index)] ?? UNKNOWN_HOUR
    })
    .join('')
}

function carriers({ carriers: table }: MailContent): string {
  if (table === null) return ''
  const [first, second, ratio, share] = table.headings
  const name = (row: CarrierRow) => `${row.dimension} ${row.value}`
  const width = Math.min(30, Math.max(...table.rows.map((row) => name(row).length)))
  const heading = `${''.padEnd(width)}${right(first, 11)}${right(second, 9)}${right(ratio, 14)}${right('Share', 9)}`
  const lines = table.rows.map((row) => {
    const numbers = `${right(row.numbers[0], 11)}${right(row.numbers[1], 9)}${right(row.numbers[2], 14)}${right(row.share, 9)}`
    const label = name(row)
    // A long name has a line of its own rather than pushing the numbers out of their columns.
    return label.length <= width ? `${label.padEnd(width)}${numbers}` : `${wrap(label)}\n${''.padEnd(width)}${numbers}`
  })
  return ['What carries it', heading, ...lines, `(Share: ${share.charAt(0).toLowerCase()}${share.slice(1)})`].join('\n')
}

function right(text: string, width: number): string {
  return ` ${text}`.padStart(width)
}

function changes({ changes: all }: MailContent): string {
  if (all.length === 0) return ''
  const width = Math.max(...all.map((change) => change.when.length))
  const indent = width === 0 ? '' : ' '.repeat(width + 2)
  const lines = all.map(({ when, what }) => {
    const start = width === 0 ? '' : `${when.padEnd(width)}  `
    return wrap(`${start}${textOf(what)}`, indent)
  })
  return ['What changed then', ...lines].join('\n')
}
