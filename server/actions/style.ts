/** The look of the pages of links: paper and ink, one main button, at thumb height on phones. */
export const STYLE = `
:root { color-scheme: light dark; --paper: #FBFCFC; --ink: #0F1E27; --ink-2: #46565F; --ink-3: #5F6F78; --rule: #DAE1E4;
  --rule-2: #B4C0C6; --accent: #00628F; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #0B1419; --ink: #E4EBEE; --ink-2: #A6B4BB; --ink-3: #8797A0; --rule: #1F2D36; --rule-2: #3A4A54;
    --accent: #6CC0E8; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 400 15px/22px 'Fira Sans', 'Segoe UI', Helvetica, Arial, sans-serif;
  overflow-wrap: anywhere; }
header { display: flex; gap: 12px; align-items: center; padding: 12px 20px; border-bottom: 1px solid var(--ink); font-weight: 500;
  font-size: 19px; line-height: 24px; }
main { max-width: 640px; padding: 24px 20px 32px; }
h1 { margin: 24px 0 8px; font-size: 25px; line-height: 31px; font-weight: 400; letter-spacing: -0.012em; }
p { margin: 0 0 8px; }
.about { color: var(--ink-3); font-size: 14px; }
.fact { font-size: 19px; line-height: 26px; }
.second { color: var(--ink-2); }
.third { color: var(--ink-3); font-size: 13px; line-height: 19px; }
a { color: var(--accent); }
form { margin-top: 24px; }
fieldset { border: 0; margin: 0 0 20px; padding: 0; }
legend { float: left; width: 100%; padding: 0; border-bottom: 1px solid var(--ink); font-weight: 500; line-height: 30px; }
fieldset label { clear: both; display: flex; align-items: center; gap: 12px; min-height: 44px; border-bottom: 1px solid var(--rule); }
form > label { display: block; color: var(--ink-2); padding-bottom: 4px; }
input[type='radio'] { width: 20px; height: 20px; margin: 0; accent-color: var(--ink); }
input:not([type='radio']) { width: 100%; height: 44px; padding: 0 12px; border: 1px solid var(--rule-2); border-radius: 0;
  background: var(--paper); color: var(--ink); font: inherit; }
button { display: block; width: 100%; min-height: 44px; margin: 20px 0 12px; border: 1px solid var(--ink); border-radius: 0;
  background: var(--ink); color: var(--paper); font: inherit; font-weight: 500; cursor: pointer; }
@media (min-width: 520px) { button { width: auto; padding: 0 32px; } h1 { font-size: 30px; line-height: 39px; } }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
`
