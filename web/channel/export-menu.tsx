import { useEffect, useRef, useState } from 'preact/hooks'
import type { PictureSource } from '../charts/picture/make-picture.ts'
import { useKeys } from '../shell/keys.ts'
import type { ChannelView } from '../view/channel-view.ts'
import { addressOf, useZone } from '../view/navigation.ts'
import { exportAddresses, fileName, pictureHead } from './exports.ts'
import type { Shown } from './range.ts'

interface ExportMenuProps {
  readonly view: ChannelView
  readonly range: Shown
  /** Null where there is no chart: then there are no pictures of it. */
  readonly picture: { readonly current: PictureSource | null }
}

/** What the numbers are where they aren't, one by one, those of the chart. */
const NUMBERS_GIVEN = {
  share: 'The shares of every channel; those by reason, build and so on are counts.',
  index: 'Counts. The index is 100 × received ÷ expected, columns of the same table.',
} as const

/** Taking what is shown along: as a picture, as numbers, as an address. */
export function ExportMenu({ view, range, picture }: ExportMenuProps) {
  const zone = useZone()
  const button = useRef<HTMLButtonElement>(null)
  const list = useRef<HTMLDivElement>(null)
  const [isOpen, setIsOpen] = useState(false)
  const [said, setSaid] = useState('')
  useEffect(() => {
    setSaid('')
    if (isOpen) list.current?.querySelector('button')?.focus()
  }, [isOpen])
  const close = (): void => {
    setIsOpen(false)
    button.current?.focus()
  }
  useKeys({ e: () => setIsOpen(!isOpen) })
  useEffect(() => {
    if (!isOpen) return
    const press = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape') return
      // Escape is this menu's while it is open; the page's leads out of a zoom.
      event.preventDefault()
      close()
    }
    window.addEventListener('keydown', press, { capture: true })
    return () => window.removeEventListener('keydown', press, { capture: true })
  }, [isOpen])
  const say = (what: Promise<string>): void => {
    what.then(setSaid, (error: unknown) => setSaid(error instanceof Error ? error.message : String(error)))
  }
  const addresses = exportAddresses(view, range, window.location.href, addressOf)
  const save = async (kind: 'png' | 'svg'): Promise<string> => {
    const source = picture.current
    if (source === null) throw new Error('There is no chart to make a picture of: switch the table off.')
    const { makePng, makeSvg } = await import('../charts/picture/make-picture.ts')
    const head = pictureHead(view, range, zone, Date.now())
    download(kind === 'png' ? await makePng(source, head) : makeSvg(source, head), fileName(view, range, kind))
    return `Saved as ${kind.toUpperCase()}`
  }
  return (
    <div class="export">
      <button
        ref={button}
        type="button"
        class="copy-link"
        aria-expanded={isOpen}
        aria-controls="export-list"
        onClick={() => setIsOpen(!isOpen)}
      >
        Export, share
      </button>{' '}
      <kbd>e</kbd>
      {isOpen && (
        <div ref={list} id="export-list" class="export-list">
          <p class="export-head">Save</p>
          <button type="button" onClick={() => say(save('png'))}>
            Picture (PNG)
          </button>
          <button type="button" onClick={() => say(save('svg'))}>
            Drawing (SVG)
          </button>
          <a href={addresses.csv} download={fileName(view, range, 'csv')}>
            Numbers (CSV)
          </a>
          <a href={addresses.partsCsv} download={fileName(view, range, `by-${view.by}.csv`)}>
            Numbers by {view.by} (CSV)
          </a>
          {view.measure !== 'count' && <p class="export-note second">{NUMBERS_GIVEN[view.measure]}</p>}
          <p class="export-head">Copy</p>
          <button type="button" onClick={() => say(copy(addresses.live, 'Link copied: it moves on with the time'))}>
            Link, live
          </button>
          <button type="button" onClick={() => say(copy(addresses.frozen, 'Link copied: these times for ever'))}>
            Link, frozen
          </button>
          <button type="button" onClick={() => say(copy(addresses.call, 'Address of the API copied'))}>
            API call
          </button>
          <button
            type="button"
            onClick={() => say(copy(addresses.embed, 'Element copied: docs/embedding.md says who may show it'))}
          >
            Embed
          </button>
          {/* In here, where it moves nothing: beside the button it would push the chart down. */}
          <p class="export-said second" role="status">
            {said}
          </p>
        </div>
      )}
    </div>
  )
}

async function copy(text: string, said: string): Promise<string> {
  try {
    await navigator.clipboard.writeText(text)
    return said
  } catch {
    return 'The browser forbids copying: use the address bar'
  }
}

function download(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  // The browser reads it after the click; a minute is long enough for any disk.
  window.setTimeout(() => URL.revokeObjectURL(address), 60_000)
}
