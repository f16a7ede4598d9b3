import '@fontsource/fira-mono/latin-400.css'
import '@fontsource/fira-sans/latin-400.css'
import '@fontsource/fira-sans/latin-500.css'
import '@fontsource/fira-sans-condensed/latin-400.css'
import '@fontsource/fira-sans-condensed/latin-500.css'
import './design/tokens.css'
import './design/base.css'
import './shell/shell.css'
import { render } from 'preact'
import { startLive } from './api/live.ts'
import { askEarly } from './api/use-answer.ts'
import { applyTheme } from './design/theme.ts'
import { App } from './shell/app.tsx'
import { Missing } from './shell/missing.tsx'
import { preload, preloadLinks } from './shell/pages.ts'
import { withoutBase } from './view/base-path.ts'
import { viewFromUrl } from './view/view.ts'

applyTheme()
// Whatever stands under this address may be in somebody else's page: there nothing of the shell is ever shown, nor leads to it.
const inFrame = withoutBase(window.location.pathname).startsWith('/embed/')
startLive({ inFrame })
// The page's own files come while its data is asked for.
const { page: first } = viewFromUrl(withoutBase(window.location.pathname), window.location.search)
const page = document.getElementById('page')
if (inFrame) {
  const embedded = await import('./embed/embed.tsx').catch(() => null)
  if (page !== null && embedded !== null) embedded.embed(page)
  else if (page !== null) render(<Missing />, page)
} else {
  askEarly('/api/v1/overview')
  if (first !== 'unknown' && first !== 'embed') preload(first)
  preloadLinks()
  if (page !== null) render(<App />, page)
}
