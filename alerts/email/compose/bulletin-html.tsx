import { renderToString } from 'preact-render-to-string'
import type { Bulletin, BulletinRow, BulletinSection, ChannelLine } from './bulletin.ts'
import { Buttons, TextLink } from './mail-buttons.tsx'
import { MailFrame } from './mail-frame.tsx'
import { cell, condensed, Emphasised, Foot, Section, Table, text } from './mail-parts.tsx'
import { COLOUR, STRONG } from './mail-style.ts'

/** A mail about several things as HTML, under the rules of `mailHtml`. */
export function bulletinHtml(bulletin: Bulletin): string {
  return `<!DOCTYPE html>${renderToString(<Page bulletin={bulletin} />)}`
}

function Page({ bulletin: { head, sections, weeks, buttons, foot } }: { bulletin: Bulletin }) {
  return (
    <MailFrame head={head}>
      {sections.slice(0, 1).map((section) => (
        <Rows key={section.title} section={section} />
      ))}
      <Weeks weeks={weeks} />
      {sections.slice(1).map((section) => (
        <Rows key={section.title} section={section} />
      ))}
      <Buttons buttons={buttons} />
      <Foot lines={foot} />
    </MailFrame>
  )
}

function Rows({ section }: { section: BulletinSection }) {
  return (
    <Section title={section.title}>
      <Table class="rule-ink" style={{ borderTop: `1px solid ${COLOUR.ink}` }}>
        {section.rows.map((row, index) => (
          <tr key={index}>
            <td class="ink rule" style={{ ...cell, padding: '8px 0' }}>
              <Row row={row} />
            </td>
          </tr>
        ))}
      </Table>
    </Section>
  )
}

function Row({ row: { mark, isWrong, name, what, links } }: { row: BulletinRow }) {
  return (
    <>
      <div
        class={isWrong ? 'wrong' : 'ink-2'}
        style={{ color: isWrong ? COLOUR.wrong : COLOUR.ink2, fontWeight: STRONG }}
      >
        {mark} {name}
      </div>
      <div class="ink" style={{ ...text(15, 22, COLOUR.ink), padding: '2px 0' }}>
        <Emphasised words={what} />
      </div>
      {links.length === 0 ? null : (
        <div>
          {links.map((link) => (
            <TextLink key={link.url} link={link} />
          ))}
        </div>
      )}
    </>
  )
}

function Weeks({ weeks }: { weeks: readonly ChannelLine[] }) {
  if (weeks.length === 0) return null
  return (
    <Section title="Every channel, with its week">
      <Table class="carriers rule-ink" style={{ borderTop: `1px solid ${COLOUR.ink}` }}>
        <tr>
          <Heading>Channel</Heading>
          <Heading isNumber>Received</Heading>
          <Heading isNumber>Of expected</Heading>
          <Heading isNumber>Invalid</Heading>
          <Heading isNumber>Seven days</Heading>
        </tr>
        {weeks.map((week) => (
          <Week key={week.channel} week={week} />
        ))}
      </Table>
    </Section>
  )
}

function Heading({ children, isNumber = false }: { children: string; isNumber?: boolean }) {
  return (
    <td
      class={isNumber ? 'number ink-3 rule-2' : 'name weeks-head ink-3 rule-2'}
      align={isNumber ? 'right' : 'left'}
      style={{
        ...condensed(12, 16, COLOUR.ink3),
        fontWeight: STRONG,
        padding: isNumber ? '6px 0 6px 10px' : '6px 0',
        borderBottom: `1px solid ${COLOUR.rule2}`,
        verticalAlign: 'bottom',
        wordBreak: 'normal',
      }}
    >
      {children}
    </td>
  )
}

function Week({ week: { channel, word, isWrong, received, ratio, invalid, days } }: { week: ChannelLine }) {
  const colour = isWrong ? COLOUR.wrong : COLOUR.ink2
  return (
    <tr>
      <td class="name ink rule" style={{ ...cell, padding: '6px 0' }}>
        {channel}{' '}
        <span class={isWrong ? 'wrong' : 'ink-2'} style={{ color: colour }}>
          {word}
        </span>
      </td>
      <Figure>{received}</Figure>
      <Figure>{ratio}</Figure>
      <Figure>{invalid}</Figure>
      <td class="number rule" align="right" width="86" style={{ ...cell, padding: '6px 0 6px 10px' }}>
        <Days days={days} />
      </td>
    </tr>
  )
}

function Figure({ children }: { children: string }) {
  return (
    <td
      class="number ink rule"
      align="right"
      style={{
        ...cell,
        padding: '6px 0 6px 10px',
        whiteSpace: 'nowrap',
        fontVariantNumeric: 'tabular-nums lining-nums',
      }}
    >
      {children}
    </td>
  )
}

/** So high is a day on which as much was seen as expected. */
const EXPECTED_PX = 14
const MOST_PX = 20

/** Cells with a background, standing on one line: mail programs draw nothing else. */
function Days({ days }: { days: readonly (number | null)[] }) {
  return (
    <table
      class="days"
      role="presentation"
      {...{ cellpadding: '0', cellspacing: '0', border: '0' }}
      style={{ borderCollapse: 'collapse', marginLeft: 'auto' }}
    >
      <tbody>
        <tr>
          {days.map((ratio, index) => (
            <td
              key={index}
              class="rule-2"
              height={MOST_PX}
              style={{
                verticalAlign: 'bottom',
                padding: '0 1px',
                width: '7px',
                height: `${MOST_PX}px`,
                fontSize: 0,
                lineHeight: 0,
                borderBottom: `1px solid ${COLOUR.rule2}`,
              }}
            >
              {ratio === null ? null : (
                <div class="bar" style={{ width: '7px', height: `${heightOf(ratio)}px`, background: COLOUR.ink }} />
              )}
            </td>
          ))}
        </tr>
      </tbody>
    </table>
  )
}

function heightOf(ratio: number): number {
  return Math.max(1, Math.min(MOST_PX, Math.round(ratio * EXPECTED_PX)))
}
