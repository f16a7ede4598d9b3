import type { ComponentChildren } from 'preact'
import { PICTURE_WIDTH } from '../picture/picture-spec.ts'
import type { MailHead } from './mail-head.ts'
import { Emphasised, Table, text } from './mail-parts.tsx'
import { COLOUR, STRONG, STYLE_SHEET } from './mail-style.ts'

/** The sheet of paper, its head, and what stands below. */
export function MailFrame({ head, children }: { head: MailHead; children: ComponentChildren }) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <title>{head.title}</title>
        {/* Ours alone: nothing that came from outside is ever in it. */}
        <style dangerouslySetInnerHTML={{ __html: STYLE_SHEET }} />
      </head>
      <body class="paper" style={{ margin: 0, padding: 0, background: COLOUR.paper }}>
        <div style={{ display: 'none', maxHeight: 0, overflow: 'hidden', msoHide: 'all' }}>{head.preheader}</div>
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
                    <Head head={head} />
                    {children}
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

function Head({ head: { notices, state, about, headline, cause } }: { head: MailHead }) {
  return (
    <>
      {notices.map((notice) => (
        <Notice key={notice}>{notice}</Notice>
      ))}
      <Table>
        <tr>
          <td
            class={state.isWrong ? 'wrong' : 'ink-2'}
            style={{ ...text(15, 22, state.isWrong ? COLOUR.wrong : COLOUR.ink2), fontWeight: STRONG }}
          >
            {state.mark} {state.text}
          </td>
          <td
            class="ink-3"
            align="right"
            style={{ ...text(14, 22, COLOUR.ink3), whiteSpace: 'nowrap', verticalAlign: 'top', paddingLeft: '12px' }}
          >
            {about}
          </td>
        </tr>
      </Table>
      <div
        class="headline ink"
        style={{ ...text(26, 33, COLOUR.ink), letterSpacing: '-0.012em', padding: '4px 0 8px' }}
      >
        <Emphasised words={headline} />
      </div>
      <div class="ink-2" style={{ ...text(15, 22, COLOUR.ink2), paddingBottom: '18px' }}>
        <Emphasised words={cause} />
      </div>
    </>
  )
}

function Notice({ children }: { children: string }) {
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
      {children}
    </div>
  )
}
