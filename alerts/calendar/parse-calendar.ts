import { isNode, LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'
import { DAY_MS } from '../../data/domain/time.ts'
import { MOST_TEXT } from './annotate.ts'
import { CALENDAR_KINDS } from './annotation.ts'
import { type CalendarEvent, USUAL_HOLIDAY_LOSS } from './calendar.ts'
import { endOfLocalDay, isTimeZone, type LocalTime, parseLocalTime, YEARS_KNOWN, yearsLater } from './local-day.ts'

/** What a calendar file says, or all that is wrong with it: sentences that name the line, the value and what is allowed. */
export type ParsedCalendar =
  | { readonly kind: 'calendar'; readonly events: readonly CalendarEvent[] }
  | { readonly kind: 'problems'; readonly problems: readonly string[] }

const DAY = 'a day such as 2014-12-25'
const TIME = `${DAY}, or a time such as 2014-12-25T18:00 (of timeZone) or 2014-12-25T18:00Z`
const ZONE = 'a time zone such as Europe/Berlin'

const zone = z.string(ZONE).refine(isTimeZone, ZONE)
const text = z.string('a text').trim().min(1, 'a text').max(MOST_TEXT, `at most ${MOST_TEXT} characters`)
const channels = z.union([z.string(), z.array(z.string().min(1))], 'a channel or a list of channels')

const entrySchema = z
  .strictObject(
    {
      kind: z.enum(CALENDAR_KINDS, `one of ${CALENDAR_KINDS.join(', ')}`),
      text,
      on: z.string(DAY).optional(),
      from: z.string(TIME).optional(),
      to: z.string(TIME).optional(),
      timeZone: zone.optional(),
      yearly: z.boolean('true or false').default(false),
      channels: channels.default([]),
      lossPercent: z
        .number('a number from 1 to 95')
        .min(1, 'a number from 1 to 95')
        .max(95, 'a number from 1 to 95')
        .optional(),
      build: z.union([z.string(), z.number()], 'a build id').optional(),
      link: z
        .string('an address')
        .regex(/^https?:\/\/\S+$/, 'an address that begins with http:// or https://')
        .optional(),
    },
    'such as {kind: holiday, text: Christmas, from: 2014-12-24, to: 2014-12-27}',
  )
  .superRefine((entry, context) => {
    const wrong = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message })
    if ((entry.on === undefined) === (entry.from === undefined)) wrong('on', 'either on (a day), or from and to')
    if (entry.on !== undefined && entry.to !== undefined) wrong('to', 'from with it, and not on')
    if (entry.lossPercent !== undefined && entry.kind !== 'holiday') wrong('lossPercent', 'it with holidays only')
  })
type Entry = z.output<typeof entrySchema>

const fileSchema = z.union([
  z.array(z.unknown()),
  z.strictObject({ timeZone: zone.default('UTC'), events: z.array(z.unknown()) }),
])

/**
 * A calendar as YAML (or JSON): a list of events, or `timeZone` and `events`. `file` is its name in messages. `to` is excluded, as
 * everywhere; `on` is a whole day.
 */
export function parseCalendar(file: string, content: string): ParsedCalendar {
  const lines = new LineCounter()
  const document = parseDocument(content, { lineCounter: lines, prettyErrors: false })
  const lineAt = (path: readonly (string | number)[]) => {
    for (let length = path.length; length >= 0; length--) {
      const node: unknown = length === 0 ? document.contents : document.getIn(path.slice(0, length), true)
      if (isNode(node) && node.range) return lines.linePos(node.range[0]).line
    }
    return 1
  }
  if (document.errors.length > 0) {
    const problems = document.errors.map(
      ({ message, pos }) => `${file}, line ${lines.linePos(pos[0]).line}: ${message}`,
    )
    return { kind: 'problems', problems }
  }
  const whole = fileSchema.safeParse(document.toJS() ?? [])
  if (!whole.success) {
    const use = 'use a list of events, or "timeZone" (such as Europe/Berlin) and "events"'
    return { kind: 'problems', problems: [`${file}, line ${lineAt([])}: this is no calendar: ${use}`] }
  }
  const isList = Array.isArray(whole.data)
  const { timeZone, events } = Array.isArray(whole.data) ? { timeZone: 'UTC', events: whole.data } : whole.data
  const problems: string[] = []
  const read = events.flatMap((given, index) => {
    const place = isList ? [index] : ['events', index]
    const complain = (path: readonly PropertyKey[], use: string) => {
      const names = path.filter((part): part is string | number => typeof part !== 'symbol')
      const value = names.reduce<unknown>((of, name) => new Map(Object.entries(of ?? {})).get(String(name)), given)
      const what = names.length === 0 ? 'an event' : names.join('.')
      const is = value === undefined ? 'is missing' : `is ${JSON.stringify(value)}`
      problems.push(`${file}, line ${lineAt([...place, ...names])}: ${what} ${is}: use ${use}`)
    }
    const entry = entrySchema.safeParse(given)
    if (entry.success) return eventsOf(entry.data, timeZone, (path, use) => complain([path], use))
    for (const issue of entry.error.issues) {
      if (issue.code === 'unrecognized_keys') for (const key of issue.keys) complain([key], `one of ${NAMES}`)
      else complain(issue.path, issue.message)
    }
    return []
  })
  if (problems.length > 0) return { kind: 'problems', problems }
  return { kind: 'calendar', events: read.sort((a, b) => a.from - b.from) }
}

const NAMES = 'kind, text, on, from, to, timeZone, yearly, channels, lossPercent, build, link'

function eventsOf(entry: Entry, usualZone: string, complain: (path: string, use: string) => void): CalendarEvent[] {
  const timeZone = entry.timeZone ?? usualZone
  const years = entry.yearly ? YEARS_KNOWN : 1
  const timeOf = (name: 'on' | 'from' | 'to'): LocalTime | null => {
    const given = entry[name]
    if (given === undefined) return null
    const time = parseLocalTime(given, timeZone)
    if (time === null || (name === 'on' && !time.isWholeDay)) complain(name, name === 'on' ? DAY : TIME)
    return time
  }
  const [on, from, to] = [timeOf('on'), timeOf('from'), timeOf('to')]
  const start = on ?? from
  if (start === null || (entry.to !== undefined && to === null)) return []
  const end = to?.time ?? (start.isWholeDay ? endOfLocalDay(start.time, timeZone) : null)
  if (end !== null && end <= start.time) {
    complain('to', 'a time after from')
    return []
  }
  if (end === null && (entry.kind === 'holiday' || entry.kind === 'maintenance')) {
    complain('to', `an end: a ${entry.kind} is no moment`)
    return []
  }
  const lossPercent = entry.lossPercent ?? (entry.kind === 'holiday' ? USUAL_HOLIDAY_LOSS * 100 : 0)
  const { build, link } = entry
  return Array.from({ length: years }, (_, year) => ({
    kind: entry.kind,
    text: entry.text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' '),
    channels: typeof entry.channels === 'string' ? [entry.channels] : entry.channels,
    from: yearsLater(start.time, year),
    to:
      end === null
        ? null
        : yearsLater(start.time, year) + (year === 0 ? end - start.time : roundDays(end - start.time)),
    lossRatio: lossPercent / 100,
    ...(build === undefined ? {} : { buildId: String(build) }),
    ...(link === undefined ? {} : { link }),
  }))
}

/** A change of clocks within it this year may be outside of it in another. */
function roundDays(length: number): number {
  const days = Math.round(length / DAY_MS)
  return Math.abs(length - days * DAY_MS) <= DAY_MS / 24 && days > 0 ? days * DAY_MS : length
}
