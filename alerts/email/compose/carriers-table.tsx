import type { CarrierRow, Carriers } from './carriers.ts'
import { cell, condensed, Section, Table } from './mail-parts.tsx'
import { COLOUR, STRONG } from './mail-style.ts'

export function WhatCarriesIt({ carriers }: { carriers: Carriers }) {
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
