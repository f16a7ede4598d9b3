/** As the dashboard looks (web/design), in the little that a page of text needs. */
export const REFERENCE_STYLE = `
:root { color-scheme: light dark; --paper: #FBFCFC; --tint: #EEF3F5; --ink: #0F1E27; --ink-2: #46565F; --ink-3: #5F6F78;
  --rule: #DAE1E4; --rule-2: #B4C0C6; --accent: #00628F }
@media (prefers-color-scheme: dark) { :root { --paper: #0B1419; --tint: #121E25; --ink: #E4EBEE; --ink-2: #A6B4BB;
  --ink-3: #8797A0; --rule: #1F2D36; --rule-2: #3A4A54; --accent: #6CC0E8 } }
* { box-sizing: border-box }
html { scroll-padding-top: 16px }
body { margin: 0; background: var(--paper); color: var(--ink); font: 400 15px/22px 'Fira Sans', system-ui, sans-serif;
  font-variant-numeric: tabular-nums lining-nums }
.page { display: grid; grid-template-columns: 232px minmax(0, 1fr); gap: 48px; max-width: 1240px; padding: 32px 48px 96px }
nav { position: sticky; top: 32px; align-self: start; max-height: calc(100vh - 64px); overflow-y: auto; font-size: 14px; line-height: 20px }
nav h2 { margin: 16px 0 4px; font-size: 13px; line-height: 19px; color: var(--ink-3); border: 0; padding: 0 }
nav ul { list-style: none; margin: 0; padding: 0 }
nav li { overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
h1 { margin: 0 0 12px; font-size: 30px; line-height: 39px; font-weight: 400; letter-spacing: -.012em }
h2 { margin: 48px 0 0; padding-top: 8px; border-top: 1px solid var(--ink); font-size: 19px; line-height: 24px; font-weight: 500 }
h3 { margin: 32px 0 4px; font-size: 15px; line-height: 22px; font-weight: 500; overflow-wrap: anywhere }
p { margin: 4px 0 8px; max-width: 72ch }
.second { color: var(--ink-2) }
a { color: var(--accent); text-decoration-thickness: 1px; text-underline-offset: 2px }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
code { font: 400 14px/20px 'Fira Mono', ui-monospace, monospace; overflow-wrap: anywhere }
table { width: 100%; margin: 8px 0 12px; border-collapse: collapse; font-size: 14px; line-height: 20px }
th { padding: 4px 16px 3px 0; border-bottom: 1px solid var(--rule-2); text-align: left; font-size: 12px; line-height: 16px;
  font-weight: 500; color: var(--ink-3) }
td { padding: 5px 16px 5px 0; border-bottom: 1px solid var(--rule); vertical-align: top;
  overflow-wrap: anywhere }
td:first-child { width: 26% } td:nth-child(2) { width: 26%; color: var(--ink-2) }
:target { background: var(--tint); box-shadow: -8px 0 var(--tint), 8px 0 var(--tint) }
@media (max-width: 800px) { .page { grid-template-columns: minmax(0, 1fr); padding: 20px; gap: 16px }
  nav { position: static; max-height: none } }
@media (max-width: 560px) { tr { display: grid; border-bottom: 1px solid var(--rule) } tr:has(th) { display: none }
  td, td:first-child, td:nth-child(2) { width: auto; padding: 0; border: 0 } tr { padding: 6px 0 } }
`
