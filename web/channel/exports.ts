import type { PictureHead } from '../charts/picture/picture.ts'
import { underBase } from '../view/base-path.ts'
import type { ChannelView } from '../view/channel-view.ts'
import type { View } from '../view/view.ts'
import type { Zone } from '../view/zone.ts'
import { fullMoment, iso, zoneName } from '../words/time.ts'
import type { Shown } from './range.ts'
import { partsQuestion, seriesPath } from './series-path.ts'

export interface ExportAddresses {
  /** Its range goes on with the time where the view's does. */
  readonly live: string
  /** The times that are shown now, for ever. */
  readonly frozen: string
  /** What the chart is made of, as JSON; of shares those of all channels, whose sum they are of. */
  readonly call: string
  readonly csv: string
  readonly partsCsv: string
  /** An element for somebody else's page. */
  readonly embed: string
}

/** Addresses of what `view` shows; whole ones, for other places than this page. `here` is the page's own. */
export function exportAddresses(
  view: ChannelView,
  range: Shown,
  here: string,
  addressOf: (view: View) => string,
): ExportAddresses {
  const whole = (path: string): string => new URL(path, here).toString()
  const question = { channel: view.channel, from: range.from, to: range.to }
  const isShare = view.measure === 'share'
  const call = seriesPath(
    isShare
      ? { ...question, channel: '', by: 'channel', metric: 'share', step: range.fetched }
      : { ...question, metric: 'received', step: range.fetched },
  )
  const partsStep = range.fetched === 'minute' ? 'hour' : range.fetched
  const parts = seriesPath({ ...question, ...partsQuestion(view.by, view.top), step: partsStep })
  const embedded = whole(addressOf({ ...view, page: 'embed', theme: 'system' }))
  return {
    live: whole(addressOf(view)),
    frozen: whole(addressOf({ ...view, range: { kind: 'fixed', from: range.from, to: range.to } })),
    call: whole(underBase(call)),
    csv: whole(underBase(asCsv(call))),
    partsCsv: whole(underBase(asCsv(parts))),
    embed: `<iframe src="${embedded.replaceAll('&', '&amp;')}" width="100%" height="560" title="${attribute(view.channel)}"></iframe>`,
  }
}

/** `tidewatch-nightly-20140130T15-20140207T15.png` */
export function fileName({ channel }: ChannelView, { from, to }: Shown, ending: string): string {
  const time = (at: number): string => iso(at).slice(0, 13).replaceAll('-', '')
  return `tidewatch-${channel.replace(/[^\w.-]+/g, '_')}-${time(from)}-${time(to)}.${ending}`
}

/** What is written over a picture; its colours are the page's. */
export function pictureHead(view: ChannelView, range: Shown, zone: Zone, now: number): PictureHead {
  const style = getComputedStyle(document.documentElement)
  const token = (name: string): string => style.getPropertyValue(name).trim()
  return {
    title: view.channel,
    subtitle: `${fullMoment(range.from, zone)} – ${fullMoment(range.to, zone)}, ${zoneName(zone, range.to)}`,
    origin: `made ${fullMoment(now, zone)}`,
    ink: colourOf('--ink'),
    second: colourOf('--ink-2'),
    family: token('--sans'),
    condensed: token('--condensed'),
  }
}

/** A token's colour as it holds now: a canvas and an SVG know neither var() nor light-dark(). */
function colourOf(token: string): string {
  const probe = document.createElement('span')
  probe.style.color = `var(${token})`
  document.body.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}

function asCsv(path: string): string {
  return path.replace('/series?', '/series.csv?')
}

function attribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
}
