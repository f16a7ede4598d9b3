/**
 * A view is everything a page shows that isn't data: it and the address bar say the same thing. `viewFromUrl` and
 * `urlOfView` are inverses for every view; unknown or wrong parameters fall back to the default, so that old links live.
 */
export type View =
  | { readonly page: 'overview' }
  | ChannelView
  | { readonly page: 'incidents' }
  | { readonly page: 'incident'; readonly id: number }
  /** `id` null: the newest mail is open where there is room beside the list. */
  | { readonly page: 'mail'; readonly id: number | null }
  | { readonly page: 'unknown'; readonly path: string }

export interface ChannelView {
  readonly page: 'channel'
  /** Empty: the channel with the most submissions. */
  readonly channel: string
  readonly range: Range
  readonly step: ChosenStep
  readonly by: BreakDown
  readonly ghost: boolean
  readonly log: boolean
  readonly table: boolean
  readonly zone: Zone
}

/** `last` moves with the clock, `fixed` stays: what a link from a mail or a zoom needs. Times in epoch milliseconds. */
export type Range =
  | { readonly kind: 'last'; readonly days: LastDays }
  | { readonly kind: 'fixed'; readonly from: number; readonly to: number }

export const LAST_DAYS = [1, 7, 60, 365] as const
export type LastDays = (typeof LAST_DAYS)[number]

export const STEPS = ['minute', 'hour', 'day'] as const
export type ChosenStep = (typeof STEPS)[number]

export const BREAK_DOWNS = ['reason', 'build', 'version', 'app', 'outcome'] as const
export type BreakDown = (typeof BREAK_DOWNS)[number]

export type Zone = 'utc' | 'local'

export const CHANNEL_DEFAULTS: Omit<ChannelView, 'channel'> = {
  page: 'channel',
  range: { kind: 'last', days: 7 },
  step: 'hour',
  by: 'reason',
  ghost: false,
  log: false,
  table: false,
  zone: 'utc',
}

export function channelView(
  channel: string,
  changes: Partial<Omit<ChannelView, 'page' | 'channel'>> = {},
): ChannelView {
  return { ...CHANNEL_DEFAULTS, ...changes, channel }
}

export function viewFromUrl(path: string, query: string): View {
  const parts = path.split('/').filter((part) => part !== '')
  const [page, name, ...rest] = parts
  if (page === undefined) return { page: 'overview' }
  if (rest.length > 0) return { page: 'unknown', path }
  const parameters = new URLSearchParams(query)
  switch (page) {
    case 'channel': {
      const channel = decoded(name ?? '')
      return channel === null ? { page: 'unknown', path } : channelFromUrl(channel, parameters)
    }
    case 'incidents':
      return name === undefined ? { page: 'incidents' } : { page: 'unknown', path }
    case 'incident': {
      const id = numberOf(name)
      return id === null ? { page: 'unknown', path } : { page: 'incident', id }
    }
    case 'mail': {
      if (name === undefined) return { page: 'mail', id: null }
      const id = numberOf(name)
      return id === null ? { page: 'unknown', path } : { page: 'mail', id }
    }
    default:
      return { page: 'unknown', path }
  }
}

/** Path and query of `view`; what is as by default is left out, so that links stay short. */
export function urlOfView(view: View): string {
  switch (view.page) {
    case 'overview':
      return '/'
    case 'incidents':
      return '/incidents'
    case 'incident':
      return `/incident/${view.id}`
    case 'mail':
      return view.id === null ? '/mail' : `/mail/${view.id}`
    case 'unknown':
      return view.path
    case 'channel':
      return urlOfChannel(view)
    default:
      return unreachable(view)
  }
}

function channelFromUrl(channel: string, parameters: URLSearchParams): ChannelView {
  return {
    page: 'channel',
    channel,
    range: rangeFrom(parameters),
    step: oneOf(STEPS, parameters.get('step')) ?? CHANNEL_DEFAULTS.step,
    by: oneOf(BREAK_DOWNS, parameters.get('by')) ?? CHANNEL_DEFAULTS.by,
    ghost: parameters.get('ghost') === 'week',
    log: parameters.get('scale') === 'log',
    table: parameters.get('show') === 'table',
    zone: parameters.get('zone') === 'local' ? 'local' : 'utc',
  }
}

function urlOfChannel(view: ChannelView): string {
  const parameters: [string, string][] = []
  if (view.range.kind === 'fixed') {
    parameters.push(['from', minuteText(view.range.from)], ['to', minuteText(view.range.to)])
  } else if (view.range.days !== 7) parameters.push(['last', `${view.range.days}d`])
  if (view.step !== CHANNEL_DEFAULTS.step) parameters.push(['step', view.step])
  if (view.by !== CHANNEL_DEFAULTS.by) parameters.push(['by', view.by])
  if (view.ghost) parameters.push(['ghost', 'week'])
  if (view.log) parameters.push(['scale', 'log'])
  if (view.table) parameters.push(['show', 'table'])
  if (view.zone === 'local') parameters.push(['zone', 'local'])
  const path = view.channel === '' ? '/channel' : `/channel/${encodeURIComponent(view.channel)}`
  if (parameters.length === 0) return path
  // Colons are allowed in a query and make a link's times readable.
  return `${path}?${parameters.map(([key, value]) => `${key}=${encodeURIComponent(value).replaceAll('%3A', ':')}`).join('&')}`
}

function rangeFrom(parameters: URLSearchParams): Range {
  const from = timeOf(parameters.get('from'))
  const to = timeOf(parameters.get('to'))
  if (from !== null && to !== null && from < to) return { kind: 'fixed', from, to }
  const days = LAST_DAYS.find((choice) => `${choice}d` === parameters.get('last'))
  return days === undefined ? CHANNEL_DEFAULTS.range : { kind: 'last', days }
}

/** `2014-01-16T14:00Z`: links carry whole minutes. */
function minuteText(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16)}Z`
}

function timeOf(text: string | null): number | null {
  if (text === null || !/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?Z)?$/.test(text)) return null
  const time = Date.parse(text)
  return Number.isNaN(time) ? null : time
}

function numberOf(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null
}

function oneOf<T extends string>(choices: readonly T[], text: string | null): T | undefined {
  return choices.find((choice) => choice === text)
}

/** Null for a broken escape such as `%zz`, which decodeURIComponent throws at. */
function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

export function unreachable(value: never): never {
  throw new Error(`unexpected ${JSON.stringify(value)}`)
}
