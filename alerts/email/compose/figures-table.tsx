import type { Figure } from './figures.ts'
import { condensed, Table, text } from './mail-parts.tsx'
import { COLOUR, STRONG } from './mail-style.ts'

export function Figures({ figures }: { figures: readonly Figure[] }) {
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
