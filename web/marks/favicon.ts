/** What the tab's icon tells while nobody looks at the page. */
export type FaviconState = 'well' | 'wrong' | 'unsure'

/** The load line as an icon: mid-ring when well, sunken in a filled ring when something is open, dotted when unsure. */
function faviconSvg(state: FaviconState): string {
  // Tabs are light or dark whatever the page is: an ink that holds on both.
  const ink = '#5f7884'
  const wrong = '#d64427'
  const svg = (body: string): string => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">${body}</svg>`
  if (state === 'wrong') {
    const below = `<path d="M5.8 20h20.4A11 11 0 0 1 5.8 20z" fill="${wrong}"/>`
    return svg(
      `<circle cx="16" cy="16" r="11" fill="none" stroke="${wrong}" stroke-width="3"/>${below}<path d="M0 20h32" stroke="${wrong}" stroke-width="3"/>`,
    )
  }
  const dash = state === 'unsure' ? ' stroke-dasharray="3 3.3"' : ''
  return svg(
    `<circle cx="16" cy="16" r="11" fill="none" stroke="${ink}" stroke-width="3"${dash}/><path d="M0 16h32" stroke="${ink}" stroke-width="3"/>`,
  )
}

export function setFavicon(state: FaviconState): void {
  const link = document.querySelector('link[rel="icon"]')
  link?.setAttribute('href', `data:image/svg+xml,${encodeURIComponent(faviconSvg(state))}`)
}
