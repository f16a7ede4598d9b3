import type { EpochMs } from '../../data/domain/time.ts'
import { MOST_TEXT } from './annotate.ts'
import { CALENDAR_KINDS, type EventKind } from './annotation.ts'
import { type CalendarEvent, USUAL_HOLIDAY_LOSS } from './calendar.ts'
import { endOfLocalDay, isTimeZone, parseLocalTime, YEARS_KNOWN, yearsLater } from './local-day.ts'
import type { ParsedCalendar } from './parse-calendar.ts'

/** A line of the file, with what was folded put back together (RFC 5545, 3.1), and the number of its first piece. */
interface Line {
  readonly number: number
  readonly name: string
  readonly parameters: ReadonlyMap<string, string>
  readonly value: string
}

/**
 * A calendar as iCalendar (RFC 5545), as public calendars of holidays come: of each event its beginning, end, summary, link and category,
 * and repetitions by the year. An event's kind is the first of its CATEGORIES that is one of ours, else `holiday` where it is about
 * whole days, else `note`. Alarms, attendees and time zones' own definitions aren't read: zones are those of the system, by name.
 */
export function parseIcs(file: string, content: string): ParsedCalendar {
  const problems: string[] = []
  const events: CalendarEvent[] = []
  let current: Line[] | null = null
  for (const line of unfolded(content)) {
    if (line.name === 'BEGIN' && line.value === 'VEVENT') current = []
    else if (line.name === 'END' && line.value === 'VEVENT') {
      if (current !== null)
        events.push(...eventsOf(current, line.number, (at, says) => problems.push(`${file}, line ${at}: ${says}`)))
      current = null
    } else current?.push(line)
  }
  if (current !== null) problems.push(`${file}: its last event has no END:VEVENT: the file was cut short`)
  if (events.length === 0 && problems.length === 0)
    problems.push(`${file} holds no events: use a file with BEGIN:VEVENT`)
  if (problems.length > 0) return { kind: 'problems', problems }
  return { kind: 'calendar', events: events.sort((a, b) => a.from - b.from) }
}

function unfolded(content: string): Line[] {
  const lines: Line[] = []
  const whole: { number: number; text: string }[] = []
  for (const [index, text] of content.split(/\r?\n/).entries()) {
    const last = whole.at(-1)
    if (/^[ \t]/.test(text) && last !== undefined) last.text += text.slice(1)
    else if (text !== '') whole.push({ number: index + 1, text })
  }
  for (const { number, text } of whole) {
    const [, name = '', parameters = '', value = ''] =
      /^([A-Za-z-]+)((?:;[^:="]+=(?:"[^"]*"|[^:;"]*))*):(.*)$/s.exec(text) ?? []
    const pairs = [...parameters.matchAll(/;([^:="]+)=("[^"]*"|[^:;"]*)/g)].map(
      ([, key = '', given = '']): [string, string] => [key.toUpperCase(), given.replaceAll('"', '')],
    )
    if (name !== '') lines.push({ number, name: name.toUpperCase(), parameters: new Map(pairs), value })
  }
  return lines
}

function eventsOf(
  lines: readonly Line[],
  end: number,
  complain: (line: number, says: string) => void,
): CalendarEvent[] {
  const lineOf = (name: string) => lines.find((line) => line.name === name)
  const [begins, ends, rule] = [lineOf('DTSTART'), lineOf('DTEND'), lineOf('RRULE')]
  if (lineOf('STATUS')?.value === 'CANCELLED') return []
  if (begins === undefined) {
    complain(end, 'an event has no DTSTART: say when it begins')
    return []
  }
  const from = momentOf(begins, complain)
  const to = ends === undefined ? undefined : momentOf(ends, complain)
  if (from === null || to === null) return []
  const until = to?.time ?? (from.isWholeDay ? endOfLocalDay(from.time, from.timeZone) : null)
  if (until !== null && until <= from.time) {
    complain(ends?.number ?? begins.number, `DTEND is ${ends?.value}: use a time after DTSTART (${begins.value})`)
    return []
  }
  const kind = kindOf(lines, from.isWholeDay)
  if (until === null && (kind === 'holiday' || kind === 'maintenance')) {
    complain(begins.number, `DTEND is missing: a ${kind} has an end`)
    return []
  }
  const link = lineOf('URL')?.value ?? ''
  return repetitions(rule, complain).map((year) => ({
    kind,
    text: textOf(lineOf('SUMMARY')?.value ?? kind),
    channels: [],
    from: yearsLater(from.time, year),
    to: until === null ? null : yearsLater(until, year),
    lossRatio: kind === 'holiday' ? USUAL_HOLIDAY_LOSS : 0,
    ...(/^https?:\/\/\S+$/.test(link) ? { link } : {}),
  }))
}

interface Moment {
  readonly time: EpochMs
  readonly isWholeDay: boolean
  readonly timeZone: string
}

function momentOf(line: Line, complain: (line: number, says: string) => void): Moment | null {
  const timeZone = line.parameters.get('TZID') ?? 'UTC'
  const [, year, month, day, hour, minute, zulu = ''] =
    /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\d(Z)?)?$/.exec(line.value) ?? []
  const clock = hour === undefined ? '' : `T${hour}:${minute}${zulu}`
  if (!isTimeZone(timeZone)) {
    complain(line.number, `TZID is "${timeZone}": use a name of the IANA's time zones such as Europe/Berlin`)
    return null
  }
  const parsed = parseLocalTime(`${year}-${month}-${day}${clock}`, timeZone)
  if (parsed === null) {
    complain(line.number, `${line.name} is "${line.value}": use such as 20141225 or 20141225T180000Z`)
    return null
  }
  return { ...parsed, timeZone }
}

function kindOf(lines: readonly Line[], isWholeDay: boolean): EventKind {
  const given = lines
    .filter(({ name }) => name === 'CATEGORIES')
    .flatMap(({ value }) => value.split(','))
    .map((category) => category.trim().toLowerCase().replaceAll(/[ -]/g, '_'))
  return CALENDAR_KINDS.find((kind) => given.includes(kind)) ?? (isWholeDay ? 'holiday' : 'note')
}

/** Years after the first in which it happens. */
function repetitions(rule: Line | undefined, complain: (line: number, says: string) => void): readonly number[] {
  if (rule === undefined) return [0]
  const parts = new Map(
    rule.value.split(';').map((part): [string, string] => {
      const [key = '', value = ''] = part.split('=')
      return [key.toUpperCase(), value]
    }),
  )
  const count = Number(parts.get('COUNT') ?? YEARS_KNOWN)
  const others = [...parts.keys()].filter(
    (key) => !['FREQ', 'COUNT', 'BYMONTH', 'BYMONTHDAY', 'INTERVAL'].includes(key),
  )
  if (parts.get('FREQ') !== 'YEARLY' || others.length > 0 || (parts.get('INTERVAL') ?? '1') !== '1' || !(count >= 1)) {
    complain(rule.number, `RRULE is "${rule.value}": use FREQ=YEARLY, perhaps with COUNT, or an event for each time`)
    return []
  }
  return Array.from({ length: Math.min(count, YEARS_KNOWN) }, (_, year) => year)
}

/** RFC 5545, 3.3.11. */
function textOf(value: string): string {
  return value
    .replaceAll(/\\[nN]/g, ' ')
    .replaceAll(/\\([\\;,])/g, '$1')
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .slice(0, MOST_TEXT)
}
