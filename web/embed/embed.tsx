import { render } from 'preact'
import { ChartLinkContext } from '../charts/chart-link.ts'
import { giveTheme } from '../design/theme.ts'
import { withoutBase } from '../view/base-path.ts'
import { addressOf, useView } from '../view/navigation.ts'
import { type View, viewFromUrl } from '../view/view.ts'
import { EmbeddedChannel } from './embedded-channel.tsx'
import './embed.css'

/** Fills `page` with what the address asks for and nothing else: no shell, no keys, nothing that acts. */
export function embed(page: HTMLElement): void {
  const view = viewFromUrl(withoutBase(window.location.pathname), window.location.search)
  if (view.page === 'embed') giveTheme(view.theme)
  render(<Embedded />, page)
}

function Embedded() {
  const view = useView()
  return (
    <ChartLinkContext.Provider value={linkElsewhere}>
      <main class="embedded">
        {view.page === 'embed' ? (
          <EmbeddedChannel view={view} />
        ) : (
          <p>There is no chart at {window.location.pathname}: use an address such as /embed/channel/nightly?last=7d.</p>
        )}
      </main>
    </ChartLinkContext.Provider>
  )
}

/** Pages that act may not stand in a frame, so what a chart leads to opens in a tab of its own. */
function linkElsewhere(view: View) {
  return { href: addressOf(view), target: '_blank', rel: 'noopener' }
}
