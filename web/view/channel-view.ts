import { type Codec, minuteText, oneOf, timeOf } from './address.ts'

/** `/channel/nightly?last=60d&ghost=week` */
export interface ChannelView extends SeriesChoice {
  readonly page: 'channel'
  /** Empty: the channel looked at last, else the one with the most submissions. */
  readonly channel: string
}

/** What of a channel's series is shown, and how: the same on its page and embedded in another. */
export interface SeriesChoice {
  readonly range: Range
  /** `auto`: minutes of the last day, else hours. */
  readonly step: ChosenStep | 'auto'
  readonly measure: Measure
  readonly by: BreakDown
  readonly parts: PartsForm
  /** How many values of the break-down are shown by name, with the rest as one of them. */
  readonly top: Top
  readonly ghost: boolean
  readonly log: boolean
  readonly table: boolean
}

/** `last` moves with the clock, `fixed` stays: what a link from a mail or a zoom needs. Times in epoch milliseconds. */
export type Range =
  | { readonly kind: 'last'; readonly days: LastDays }
  | { readonly kind: 'fixed'; readonly from: number; readonly to: number }

export const LAST_DAYS = [1, 7, 60, 365] as const
export type LastDays = (typeof LAST_DAYS)[number]

/** What can be shown at once; the API knows some days more at both ends, for what a chart compares with. */
export const RANGE_LIMITS = {
  earliest: Date.UTC(2000, 0, 15),
  latest: Date.UTC(2199, 11, 31),
  mostMs: 20 * 366 * 86_400_000,
} as const

export function isInLimits(from: number, to: number): boolean {
  const { earliest, latest, mostMs } = RANGE_LIMITS
  return from < to && from >= earliest && to <= latest && to - from <= mostMs
}

export const STEPS = ['minute', 'hour', 'day'] as const
export type ChosenStep = (typeof STEPS)[number]

export const BREAK_DOWNS = ['reason', 'build', 'version', 'app', 'outcome', 'problem'] as const
export type BreakDown = (typeof BREAK_DOWNS)[number]

/** Submissions, their share of all channels', or 100 for what was expected. */
export const MEASURES = ['count', 'share', 'index'] as const
export type Measure = (typeof MEASURES)[number]

/** Small charts of their own, or one lane of the large chart: lines, or one upon the other. */
export const PARTS_FORMS = ['each', 'lines', 'stacked'] as const
export type PartsForm = (typeof PARTS_FORMS)[number]

/** More than eight lines can't be told apart. */
export const TOPS = [3, 5, 8] as const
export type Top = (typeof TOPS)[number]

export const CHANNEL_DEFAULTS: Omit<ChannelView, 'channel'> = {
  page: 'channel',
  range: { kind: 'last', days: 7 },
  step: 'auto',
  measure: 'count',
  by: 'reason',
  parts: 'each',
  top: 8,
  ghost: false,
  log: false,
  table: false,
}

export function channelView(
  channel: string,
  changes: Partial<Omit<ChannelView, 'page' | 'channel'>> = {},
): ChannelView {
  return { ...CHANNEL_DEFAULTS, ...changes, channel }
}

export const channelCodec: Codec<ChannelView> = {
  read: ({ parts: [channel = '', ...rest], parameters }) =>
    rest.length > 0 ? null : { page: 'channel', channel, ...seriesChoice(parameters) },
  write: (view) => ({ parts: view.channel === '' ? [] : [view.channel], parameters: seriesParameters(view) }),
}

export function seriesChoice(parameters: URLSearchParams): SeriesChoice {
  return {
    range: rangeFrom(parameters),
    step: oneOf(STEPS, parameters.get('step')) ?? CHANNEL_DEFAULTS.step,
    measure: oneOf(MEASURES, parameters.get('measure')) ?? CHANNEL_DEFAULTS.measure,
    by: oneOf(BREAK_DOWNS, parameters.get('by')) ?? CHANNEL_DEFAULTS.by,
    parts: oneOf(PARTS_FORMS, parameters.get('parts')) ?? CHANNEL_DEFAULTS.parts,
    top: TOPS.find((choice) => String(choice) === parameters.get('top')) ?? CHANNEL_DEFAULTS.top,
    ghost: parameters.get('ghost') === 'week',
    log: parameters.get('scale') === 'log',
    table: parameters.get('show') === 'table',
  }
}

export function seriesParameters(choice: SeriesChoice): readonly (readonly [string, string])[] {
  const parameters: [string, string][] = [...rangeParameters(choice.range)]
  if (choice.step !== CHANNEL_DEFAULTS.step) parameters.push(['step', choice.step])
  if (choice.measure !== CHANNEL_DEFAULTS.measure) parameters.push(['measure', choice.measure])
  if (choice.by !== CHANNEL_DEFAULTS.by) parameters.push(['by', choice.by])
  if (choice.parts !== CHANNEL_DEFAULTS.parts) parameters.push(['parts', choice.parts])
  if (choice.top !== CHANNEL_DEFAULTS.top) parameters.push(['top', String(choice.top)])
  if (choice.ghost) parameters.push(['ghost', 'week'])
  if (choice.log) parameters.push(['scale', 'log'])
  if (choice.table) parameters.push(['show', 'table'])
  return parameters
}

export function rangeParameters(range: Range): readonly [string, string][] {
  if (range.kind === 'last') return range.days === 7 ? [] : [['last', `${range.days}d`]]
  return [
    ['from', minuteText(range.from)],
    ['to', minuteText(range.to)],
  ]
}

/** As it stands in an address; empty as by default. `rangeFrom` reads it. */
export function rangeText(range: Range): string {
  return rangeParameters(range)
    .map(([key, value]) => `${key}=${value}`)
    .join('&')
}

export function rangeFrom(parameters: URLSearchParams): Range {
  const from = timeOf(parameters.get('from'))
  const to = timeOf(parameters.get('to'))
  if (from !== null && to !== null && isInLimits(from, to)) return { kind: 'fixed', from, to }
  const days = LAST_DAYS.find((choice) => `${choice}d` === parameters.get('last'))
  return days === undefined ? CHANNEL_DEFAULTS.range : { kind: 'last', days }
}
