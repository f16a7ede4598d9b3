/** The colours of light mail, inline where every program reads them. */
export const COLOUR = {
  paper: '#FFFFFF',
  ink: '#0F1E27',
  ink2: '#46565F',
  ink3: '#5F6F78',
  rule: '#DAE1E4',
  rule2: '#B4C0C6',
  accent: '#00628F',
  wrong: '#BF3015',
} as const

/** The reader's own sans where Fira isn't installed: mails load nothing. */
export const FONT = "'Fira Sans','Segoe UI',Helvetica,Arial,sans-serif"
export const CONDENSED = "'Fira Sans Condensed','Fira Sans','Segoe UI',Helvetica,Arial,sans-serif"

/** Of what stands out. The reader's own sans mostly has no 500, and would show 400 in its place. */
export const STRONG = 600

/**
 * What inline styles can't say: phones and dark rooms. Programs that drop it show the light mail at full width. The
 * picture stays on white in the dark, with a margin of white around it.
 */
export const STYLE_SHEET = `
:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (max-width: 520px) {
  .page { padding: 16px 20px 24px !important; }
  .headline { font-size: 22px !important; line-height: 29px !important; }
  .figures, .figures tbody { display: block !important; }
  .figures tr { display: flex !important; flex-wrap: wrap !important; }
  .figure { display: block !important; width: 50% !important; box-sizing: border-box !important; padding-left: 0 !important; border-left: 0 !important; }
  .track { display: none !important; }
  .carriers, .carriers tbody { display: block !important; }
  .carriers tr { display: flex !important; flex-wrap: wrap !important; align-items: flex-end !important; }
  .name { display: block !important; width: 100% !important; border-bottom: 0 !important; padding-bottom: 0 !important; }
  .days { display: table !important; }
  .days tbody { display: table-row-group !important; }
  .days tr { display: table-row !important; }
  .weeks-head { display: none !important; }
  .number { display: block !important; flex: 1 1 0 !important; padding-left: 4px !important; }
  .button { display: block !important; text-align: center !important; margin-right: 0 !important; }
}
@media (prefers-color-scheme: dark) {
  .paper { background: #0B1419 !important; }
  .ink { color: #E4EBEE !important; }
  .ink-2 { color: #A6B4BB !important; }
  .ink-3 { color: #8797A0 !important; }
  .wrong { color: #FF7E60 !important; }
  .rule { border-color: #1F2D36 !important; }
  .rule-2 { border-color: #3A4A54 !important; }
  .rule-ink { border-color: #E4EBEE !important; }
  .link { color: #6CC0E8 !important; }
  .bar { background: #E4EBEE !important; }
  .empty { background: #3A4A54 !important; }
  .button { background: #E4EBEE !important; color: #0B1419 !important; border-color: #E4EBEE !important; }
  .second { background: #0B1419 !important; color: #E4EBEE !important; }
  .picture { background: #FFFFFF !important; padding: 10px !important; }
}
`
