import type { ComponentChildren } from 'preact'
import { renderToString } from 'preact-render-to-string'
import { PICTURE_HEIGHT, PICTURE_WIDTH } from '../picture/picture-spec.ts'
import type { CarrierRow, Carriers } from './carriers.ts'
import type { Figure } from './figures.ts'
import type { MailContent } from './mail-content.ts'
import { COLOUR, CONDENSED, FONT, STRONG, STYLE_SHEET } from './mail-style.ts'
import type { Words } from './words.ts'

/**
 * The mail as HTML for mail programs: tables and inline styles, 600 px wide and narrower on phones, nothing loaded from
 * anywhere. `pictureCid` names the attached picture; null: it could not be drawn, which the mail says.
 */
export function mailHtml(content: MailContent, pictureCid: string | null): string {
  return `<!DOCTYPE html>${renderToString(<Page content={content} pictureCid={pictureCid} />)}`
}

function Page({ content, pictureCid }: { content: MailContent; pictureCid: string | null }) {
  const { state } = content
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <title>{textOf(content.headline)}</title>
        {/* Ours alone: nothing that came from outside is ever in it. */}
        <style dangerouslySetInnerHTML={{ __html: STYLE_SHEET }} />
      </head>
      <body class="paper" style={{ margin: 0, padding: 0, background: COLOUR.paper }}>
        <div style={{ display: 'none', maxHeight: 0, overflow: 'hidden', msoHide: 'all' }}>{content.preheader}</div>
        <Table>
          <tr>
            <td align="center">
              <Table style={{ maxWidth: `${PICTURE_WIDTH + 40}px`, margin: '0 auto' }}>
                <tr>
                  <td
                    class="page"
                    align="left"
                    style={{ padding: '24px 20px 32px', ...text(15, 22, COLOUR.ink), wordBreak: 'break-word' }}
                  >
                    <Late late={content.late} />
                    <Table>
                      <tr>
                        <td
                          class={state.isWrong ? 'wrong' : 'ink-2'}
                          style={{ ...text(15, 22, state.isWrong ? COLOUR.wrong : COLOUR.ink2), fontWeight: STRONG }}
                        >
                          {state.mark} {state.text}
                        </td>
                        <td class="ink-3" align="right" style={{ ...text(14, 22, COLOUR.ink3), whiteSpace: 'nowrap' }}>
                          {content.incident}
                        </td>
                      </tr>
                    </Table>
                    <div
                      class="headline ink"
                      style={{ ...text(26, 33, COLOUR.ink), letterSpacing: '-0.012em', padding: '4px 0 8px' }}
                    >
                      <Emphasised words={content.headline} />
                    </div>
                    <div class="ink-2" style={{ ...text(15, 22, COLOUR.ink2), paddingBottom: '18px' }}>
                      <Emphasised words={content.cause} />
                    </div>
                    <Figures figures={content.figures} />
                    {content.day.title !== null && <Picture alternative={content.alternative} cid={pictureCid} />}
                    {content.carriers === null ? null : <WhatCarriesIt carriers={content.carriers} />}
                    <WhatChanged changes={content.changes} />
                    <Button button={content.button} />
                    <Foot lines={content.foot} />
                  </td>
                </tr>
              </Table>
            </td>
          </tr>
        </Table>
      </body>
    </html>
  )
}

function Late({ late }: { late: string | null }) {
  if (late === null) return null
  return (
    <div
      class="ink rule-2"
      style={{
        ...text(15, 22, COLOUR.ink),
        borderBottom: `1px solid ${COLOUR.rule2}`,
        padding: '0 0 10px',
        marginBottom: '14px',
      }}
    >
      {late}
    </div>
  )
}

function Figures({ figures }: { figures: readonly Figure[] }) {
  return (
    <Table
      class="figures rule-ink rule-2"
      style={{ borderTop: `1px solid ${COLOUR.ink}`, borderBottom: `1px solid ${COLOUR.rule2}` }}
    >
      <tr>
        {figures.map((figure, index) => (
          <td
            key={figure.label}
            class="figure rule"
            width={`${Math.floor(100 / figures.length)}%`}
            style={{
              padding: index === 0 ? '10px 8px 10px 0' : '10px 8px 10px 14px',
              borderLeft: index === 0 ? 'none' : `1px solid ${COLOUR.rule}`,
              verticalAlign: 'top',
            }}
          >
            <div class="ink-3" style={{ ...condensed(12, 16, COLOUR.ink3), fontWeight: STRONG }}>
              {figure.label}
            </div>
            <div class={figure.look === 'wrong' ? 'wrong' : 'ink'} style={figureStyle(figure)}>
              {figure.value}
            </div>
          </td>
        ))}
      </tr>
    </Table>
  )
}

function figureStyle({ look }: Figure) {
  return {
    ...text(19, 26, look === 'wrong' ? COLOUR.wrong : COLOUR.ink),
    fontWeight: look === 'plain' ? 400 : STRONG,
    fontVariantNumeric: 'tabular-nums lining-nums',
  }
}

function Picture({ alternative, cid }: { alternative: string; cid: string | null }) {
  if (cid === null) {
    return (
      <div class="ink-2" style={{ ...text(14, 20, COLOUR.ink2), padding: '14px 0 4px' }}>
        The picture could not be drawn; the numbers above and below are whole.
      </div>
    )
  }
  return (
    <div class="picture" style={{ padding: '14px 0 4px', background: COLOUR.paper }}>
      <img
        src={`cid:${cid}`}
        alt={alternative}
        width={PICTURE_WIDTH}
        height={PICTURE_HEIGHT}
        style={{
          display: 'block',
          width: '100%',
          maxWidth: `${PICTURE_WIDTH}px`,
          height: 'auto',
          border: 0,
          ...text(13, 19, COLOUR.ink2),
        }}
      />
    </div>
  )
}

function WhatCarriesIt({ carriers }: { carriers: Carriers }) {
  const [first, second, ratio, share] = carriers.headings
  return (
    <Section title="What carries it">
      <Table class="carriers rule-ink" style={{ borderTop: `1px solid ${COLOUR.ink}` }}>
        <tr>
          <td class="name rule-2" style={{ borderBottom: `1px solid ${COLOUR.rule2}` }} />
          <Heading>{first}</Heading>
          <Heading>{second}</Heading>
          <Heading>{ratio}</Heading>
          <Heading span={2}>{share}</Heading>
        </tr>
        {carriers.rows.map((row) => (
          <Carrier key={`${row.dimension} ${row.value}`} row={row} />
        ))}
      </Table>
    </Section>
  )
}

function Carrier({ row }: { row: CarrierRow }) {
  const [first, second, ratio] = row.numbers
  return (
    <tr>
      <td class="name ink rule" style={{ ...cell, padding: '6px 0' }}>
        <span class="ink-3" style={{ color: COLOUR.ink3 }}>
          {row.dimension}{' '}
        </span>
        {row.value}
      </td>
      <NumberCell>{first}</NumberCell>
      <NumberCell>{second}</NumberCell>
      <NumberCell isProof={row.isProof}>{ratio}</NumberCell>
      <td class="track rule" width="110" style={{ ...cell, padding: '6px 0 6px 24px', verticalAlign: 'middle' }}>
        <Bar shareRatio={row.shareRatio} />
      </td>
      <NumberCell>{row.share}</NumberCell>
    </tr>
  )
}

/** Cells with a background: mail programs draw nothing else. */
function Bar({ shareRatio }: { shareRatio: number }) {
  const width = Math.round(100 * shareRatio)
  return (
    <Table>
      <tr>
        {width > 0 ? <BarPart name="bar" width={width} height={5} colour={COLOUR.ink} /> : null}
        {width < 100 ? <BarPart name="empty" width={100 - width} height={1} colour={COLOUR.rule2} /> : null}
      </tr>
    </Table>
  )
}

function BarPart({ name, width, height, colour }: { name: string; width: number; height: number; colour: string }) {
  return (
    <td width={`${width}%`} style={{ padding: 0, verticalAlign: 'middle', fontSize: 0, lineHeight: 0 }}>
      <div class={name} style={{ height: `${height}px`, background: colour }} />
    </td>
  )
}

function Heading({ children, span = 1 }: { children: string; span?: number }) {
  return (
    <td
      class="number ink-3 rule-2"
      align="right"
      colSpan={span}
      style={{
        ...condensed(12, 16, COLOUR.ink3),
        fontWeight: STRONG,
        wordBreak: 'normal',
        padding: '6px 0 6px 12px',
        borderBottom: `1px solid ${COLOUR.rule2}`,
        verticalAlign: 'bottom',
      }}
    >
      {children}
    </td>
  )
}

function NumberCell({ children, isProof = false }: { children: string; isProof?: boolean }) {
  return (
    <td
      class={isProof ? 'number wrong rule' : 'number ink rule'}
      align="right"
      style={{
        ...cell,
        color: isProof ? COLOUR.wrong : COLOUR.ink,
        fontWeight: isProof ? STRONG : 400,
        padding: '6px 0 6px 12px',
        whiteSpace: 'nowrap',
        fontVariantNumeric: 'tabular-nums lining-nums',
      }}
    >
      {children}
    </td>
  )
}

function WhatChanged({ changes }: { changes: MailContent['changes'] }) {
  if (changes.length === 0) return null
  return (
    <Section title="What changed then">
      <Table class="rule-ink" style={{ borderTop: `1px solid ${COLOUR.ink}` }}>
        {changes.map(({ when, what }) => (
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
    </Section>
  )
}

function Section({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <div style={{ paddingTop: '24px' }}>
      <div class="ink" style={{ ...text(15, 22, COLOUR.ink), fontWeight: STRONG, paddingBottom: '4px' }}>
        {title}
      </div>
      {children}
    </div>
  )
}

function Button({ button }: { button: MailContent['button'] }) {
  if (button === null) return null
  return (
    <div style={{ paddingTop: '24px' }}>
      <a
        class="button"
        href={button.url}
        style={{
          ...text(15, 22, COLOUR.paper),
          display: 'inline-block',
          padding: '10px 20px',
          background: COLOUR.ink,
          border: `1px solid ${COLOUR.ink}`,
          textDecoration: 'none',
        }}
      >
        {button.text}
      </a>
    </div>
  )
}

function Foot({ lines }: { lines: readonly string[] }) {
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

function Emphasised({ words }: { words: Words }) {
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
function Table({ class: name, style, children }: TableProps) {
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

const cell = { ...text(14, 20, COLOUR.ink), borderBottom: `1px solid ${COLOUR.rule}` }

function text(size: number, height: number, color: string) {
  return { fontFamily: FONT, fontSize: `${size}px`, lineHeight: `${height}px`, color }
}

function condensed(size: number, height: number, color: string) {
  return { ...text(size, height, color), fontFamily: CONDENSED }
}

function textOf(words: Words): string {
  return words.map((word) => word.text).join('')
}
