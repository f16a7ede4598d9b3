import '@fontsource/fira-mono/latin-400.css'
import '@fontsource/fira-sans/latin-400.css'
import '@fontsource/fira-sans/latin-500.css'
import '@fontsource/fira-sans-condensed/latin-400.css'
import '@fontsource/fira-sans-condensed/latin-500.css'
import './design/tokens.css'
import './design/base.css'
import './shell/shell.css'
import './overview/overview.css'
import './channel/channel.css'
import './charts/charts.css'
import './incidents/incidents.css'
import './mail/mail.css'
import { render } from 'preact'
import { startLive } from './api/live.ts'
import { applyTheme } from './design/theme.ts'
import { App } from './shell/app.tsx'

applyTheme()
startLive()
const page = document.getElementById('page')
if (page !== null) render(<App />, page)
