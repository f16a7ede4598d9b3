import type { ChannelState } from '../types.ts'

/** What a badge says: a channel's state by shape, word and, where it is wrong, colour. */
export interface BadgeWords {
  readonly channel: string
  readonly state: ChannelState
  /** `too low since Sat 1 Feb, 14:00`. */
  readonly text: string
}

const HEIGHT = 20
const MARK_PX = 11
const GAP_PX = 6
/** Its letters are whatever sans the reader has: no picture can bring a font into another's page. */
const LETTER_PX = { bold: 7.6, plain: 7 } as const

/**
 * A line of text with its mark, as SVG for an `img` element; it follows the reader's light or dark. Widths are guessed generously, for
 * nobody can measure a font that isn't known.
 */
export function badgePicture({ channel, state, text }: BadgeWords): string {
  const nameLeft = MARK_PX + GAP_PX
  const textLeft = nameLeft + Math.ceil([...channel].length * LETTER_PX.bold) + GAP_PX
  const width = textLeft + Math.ceil([...text].length * LETTER_PX.plain)
  const said = escaped(`${channel}: ${text}`)
  const wrong = WRONG.includes(state) ? ' class="wrong"' : ''
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${HEIGHT}" viewBox="0 0 ${width} ${HEIGHT}" role="img" aria-label="${said}">`,
    `<title>${said}</title>`,
    `<style>${STYLE}</style>`,
    `<g${wrong} transform="translate(0 4.5)">${SHAPES[state]}</g>`,
    `<text x="${nameLeft}" y="14.5" font-weight="500">${escaped(channel)}</text>`,
    `<text x="${textLeft}" y="14.5"${wrong}>${escaped(text)}</text>`,
    '</svg>\n',
  ].join('')
}

const WRONG: readonly ChannelState[] = ['low', 'high', 'silent', 'invalid', 'discarded']

/** The ink and the red of the pages, by day and by night. */
const STYLE =
  "text{font:13px 'Fira Sans','Segoe UI',Helvetica,Arial,sans-serif}svg{color:#0f1e27}text{fill:currentColor}.wrong{color:#bf3015}" +
  '@media(prefers-color-scheme:dark){svg{color:#e4ebee}.wrong{color:#ff7e60}}'

const RING = '<circle cx="5.5" cy="5.5" r="4.2" fill="none" stroke="currentColor" stroke-width="1.5"'
const DOWN = '<path d="M.4 1.2h10.2L5.5 10.4z" fill="currentColor"/>'
const CROSS = '<path d="M1.3 1.3l8.4 8.4M9.7 1.3 1.3 9.7" stroke="currentColor" stroke-width="2.1"/>'

/** The marks of the pages, in a box of 11 by 11. */
const SHAPES: Readonly<Record<ChannelState, string>> = {
  well: `${RING}/>`,
  low: DOWN,
  silent: DOWN,
  high: '<path d="M.4 9.8h10.2L5.5.6z" fill="currentColor"/>',
  invalid: CROSS,
  discarded: CROSS,
  recovering: '<path d="M5.5 1.6 10 9.6H1z" fill="none" stroke="currentColor" stroke-width="1.4"/>',
  unknown: '<path d="M.6 9.4 4 3M4 9.8 7.6 2.6M7.2 9.4 10.6 3" stroke="currentColor" stroke-width="1.2"/>',
  learning: `${RING} stroke-dasharray="1.5 1.8"/>`,
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`)
}
