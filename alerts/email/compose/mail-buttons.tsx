import type { Button, Verdict } from './buttons.ts'
import { text } from './mail-parts.tsx'
import { COLOUR } from './mail-style.ts'

/** The main one is filled with ink, the others are outlined; on phones each has a line of its own. */
export function Buttons({ buttons }: { buttons: readonly Button[] }) {
  if (buttons.length === 0) return null
  return (
    <div style={{ paddingTop: '16px' }}>
      {buttons.map((button) => (
        <ButtonLink key={button.url} button={button} />
      ))}
    </div>
  )
}

export function VerdictQuestion({ verdict }: { verdict: Verdict | null }) {
  if (verdict === null) return null
  return (
    <div style={{ paddingTop: '16px' }}>
      <div class="ink-2" style={text(15, 22, COLOUR.ink2)}>
        {verdict.question}
      </div>
      {verdict.answers.map((answer) => (
        <ButtonLink key={answer.url} button={answer} />
      ))}
    </div>
  )
}

function ButtonLink({ button: { text: words, url, isMain } }: { button: Button }) {
  return (
    <a
      class={isMain ? 'button' : 'button second'}
      href={url}
      style={{
        ...text(15, 22, isMain ? COLOUR.paper : COLOUR.ink),
        display: 'inline-block',
        margin: '8px 8px 0 0',
        padding: '10px 18px',
        background: isMain ? COLOUR.ink : COLOUR.paper,
        border: `1px solid ${COLOUR.ink}`,
        textDecoration: 'none',
      }}
    >
      {words}
    </a>
  )
}

export function TextLink({ link }: { link: Button }) {
  return (
    <a
      class="link"
      href={link.url}
      style={{ ...text(14, 24, COLOUR.accent), display: 'inline-block', marginRight: '18px' }}
    >
      {link.text}
    </a>
  )
}
