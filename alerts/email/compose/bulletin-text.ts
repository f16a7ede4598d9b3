import type { Bulletin, BulletinSection, ChannelLine } from './bulletin.ts'
import { textOf, wrap } from './text-lines.ts'

/** A mail about several things for those who read no HTML, under the rules of `plainText`. */
export function bulletinText({ head, sections, weeks, buttons, foot }: Bulletin): string {
  const about = head.about === '' ? '' : ` (${head.about})`
  const blocks = [
    ...head.notices.map((notice) => wrap(notice)),
    `${head.state.mark} ${head.state.text}${about}`,
    wrap(textOf(head.headline)),
    wrap(textOf(head.cause)),
    ...sections.slice(0, 1).map(sectionText),
    weeksText(weeks),
    ...sections.slice(1).map(sectionText),
    ...buttons.map(({ text, url }) => `${text}:\n${url}`),
    `-- \n${foot.map((line) => wrap(line)).join('\n')}`,
  ]
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`
}

function sectionText({ title, rows }: BulletinSection): string {
  const blocks = rows.map(({ mark, name, what, links }) =>
    [
      wrap(`${mark} ${name}`, '  '),
      `  ${wrap(textOf(what), '  ')}`,
      ...links.map(({ text, url }) => `  ${text}:\n  ${url}`),
    ].join('\n'),
  )
  return [title, ...blocks].join('\n\n')
}

function weeksText(weeks: readonly ChannelLine[]): string {
  if (weeks.length === 0) return ''
  const width = Math.max(...weeks.map(({ channel }) => channel.length))
  const heading = `${''.padEnd(width)}${'Received'.padStart(13)}${'Of expected'.padStart(13)}${'Invalid'.padStart(14)}  Seven days`
  const lines = weeks.map(({ channel, received, ratio, invalid, days, isWrong }) => {
    const numbers = `${received.padStart(13)}${ratio.padStart(13)}${invalid.padStart(14)}`
    return `${channel.padEnd(width)}${numbers}  ${days.map(dayBar).join('')}${isWrong ? '  !' : ''}`
  })
  return ['Every channel, with its week', heading, ...lines].join('\n')
}

const BARS = '▁▂▃▄▅▆▇█'

/** As expected is the last but one. */
function dayBar(ratio: number | null): string {
  if (ratio === null) return '·'
  return BARS[Math.max(0, Math.min(BARS.length - 1, Math.round(ratio * (BARS.length - 2))))] ?? '·'
}
