import { renderToString } from 'preact-render-to-string'
import { PICTURE_HEIGHT, PICTURE_WIDTH } from '../picture/picture-spec.ts'
import type { AccountLine } from './accounting.ts'
import { WhatCarriesIt } from './carriers-table.tsx'
import { Figures } from './figures-table.tsx'
import { Buttons, TextLink, VerdictQuestion } from './mail-buttons.tsx'
import type { MailContent } from './mail-content.ts'
import { MailFrame } from './mail-frame.tsx'
import { Facts, Foot, Section, text } from './mail-parts.tsx'
import { COLOUR } from './mail-style.ts'
import { textOf } from './text-lines.ts'

/**
 * The mail as HTML for mail programs: tables and inline styles, 600 px wide and narrower on phones, nothing loaded from
 * anywhere. `pictureCid` names the attached picture; null: it could not be drawn, which the mail says.
 */
export function mailHtml(content: MailContent, pictureCid: string | null): string {
  return `<!DOCTYPE html>${renderToString(<Page content={content} pictureCid={pictureCid} />)}`
}

function Page({ content, pictureCid }: { content: MailContent; pictureCid: string | null }) {
  return (
    <MailFrame head={{ ...content, title: textOf(content.headline), about: content.incident }}>
      <Figures figures={content.figures} />
      {content.day.title !== null && <Picture alternative={content.alternative} cid={pictureCid} />}
      {content.chart === null ? null : <TextLink link={content.chart} />}
      {content.carriers === null ? null : <WhatCarriesIt carriers={content.carriers} />}
      <WhatBecame lines={content.accounting} />
      <WhatChanged changes={content.changes} />
      <Buttons buttons={content.buttons} />
      <VerdictQuestion verdict={content.verdict} />
      <Foot lines={content.foot} />
    </MailFrame>
  )
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

function WhatBecame({ lines }: { lines: readonly AccountLine[] }) {
  if (lines.length === 0) return null
  return (
    <Section title="What became of it">
      <Facts facts={lines.map(({ what, value }) => ({ when: what, what: [{ text: value, isStrong: false }] }))} />
    </Section>
  )
}

function WhatChanged({ changes }: { changes: MailContent['changes'] }) {
  if (changes.length === 0) return null
  return (
    <Section title="What changed then">
      <Facts facts={changes} />
    </Section>
  )
}
