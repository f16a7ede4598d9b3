import type { ComponentChildren } from 'preact'
import { COLOUR, CONDENSED, FONT, STRONG } from './mail-style.ts'
import { textOf } from './text-lines.ts'
import type { Words } from './words.ts'

export function Section({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <div style={{ paddingTop: '24px' }}>
      <div class="ink" style={{ ...text(15, 22, COLOUR.ink), fontWeight: STRONG, paddingBottom: '4px' }}>
        {title}
      </div>
      {children}
    </div>
  )
}

/** Lines of a short word and what it says, under a line of ink. */
export function Facts({ facts }: { facts: readonly { readonly when: string; readonly what: Words }[] }) {
  return (
    <Table class="rule-ink" style={{ borderTop: `1px solid ${COLOUR.ink}` }}>
      {facts.map(({ when, what }) => (
        <tr key={`${when} ${textOf(what)}`}>
          {when === '' ? null : (
            <td
              class="ink-3 rule"
              width="84"
              style={{
                ...cell,
                color: COLOUR.ink3,
                padding: '6px 12px 6px 0',
                whiteSpace: 'nowrap',
                verticalAlign: 'top',
              }}
            >
              {when}
            </td>
          )}
          <td class="ink rule" style={{ ...cell, padding: '6px 0' }}>
            <Emphasised words={what} />
          </td>
        </tr>
      ))}
    </Table>
  )
}

export function Foot({ lines }: { lines: readonly string[] }) {
  return (
    <div
      class="ink-3 rule"
      style={{
        ...text(13, 19, COLOUR.ink3),
        marginTop: '24px',
        paddingTop: '10px',
        borderTop: `1px solid ${COLOUR.rule}`,
      }}
    >
      {lines.map((line) => (
        <div key={line}>{line}</div>
      ))}
    </div>
  )
}

export function Emphasised({ words }: { words: Words }) {
  return words.map((word, index) =>
    word.isStrong ? (
      <span key={index} class="ink" style={{ color: COLOUR.ink, fontWeight: STRONG }}>
        {word.text}
      </span>
    ) : (
      word.text
    ),
  )
}

interface TableProps {
  readonly class?: string
  readonly style?: Readonly<Record<string, string | number>>
  readonly children: ComponentChildren
}

/** For layout: read out as text, not as a table. */
export function Table({ class: name, style, children }: TableProps) {
  return (
    <table
      class={name}
      role="presentation"
      width="100%"
      {...{ cellpadding: '0', cellspacing: '0', border: '0' }}
      style={{ width: '100%', borderCollapse: 'collapse', ...style }}
    >
      <tbody>{children}</tbody>
    </table>
  )
}

export const cell = { ...text(14, 20, COLOUR.ink), borderBottom: `1px solid ${COLOUR.rule}` }

export function text(size: number, height: number, color: string) {
  return { fontFamily: FONT, fontSize: `${size}px`, lineHeight: `${height}px`, color }
}

export function condensed(size: number, height: number, color: string) {
  return { ...text(size, height, color), fontFamily: CONDENSED }
}
