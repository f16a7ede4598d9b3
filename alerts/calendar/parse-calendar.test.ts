import { expect, test } from 'vitest'
import { HOUR_MS, isoSeconds } from '../../data/domain/time.ts'
import { parseCalendar } from './parse-calendar.ts'
import { parseIcs } from './parse-ics.ts'

function read(parsed: ReturnType<typeof parseCalendar>): readonly string[] {
  if (parsed.kind === 'problems') return parsed.problems
  return parsed.events.map(
    ({ kind, text, channels, from, to, lossRatio }) =>
      `${kind} ${text} [${channels.join()}] ${isoSeconds(from)} ${to === null ? '-' : isoSeconds(to)} ${lossRatio}`,
  )
}

const yaml = (content: string) => read(parseCalendar('known.yaml', content))

test('a calendar holds holidays, releases and maintenance, by their beginning', () => {
  expect(
    yaml(`
      - {kind: release, text: Firefox 29, from: 2014-02-04T14:00Z, channels: [nightly, aurora]}
      - kind: holiday
        text: Christmas
        from: 2013-12-24
        to: 2013-12-27
        channels: beta
        lossPercent: 40
      - {kind: maintenance, text: "new\\n switch", from: 2014-01-10T22:00, to: 2014-01-11T02:00}
      - {kind: holiday, text: New Year, on: 2014-01-01}
    `),
  ).toEqual([
    'holiday Christmas [beta] 2013-12-24T00:00:00Z 2013-12-27T00:00:00Z 0.4',
    'holiday New Year [] 2014-01-01T00:00:00Z 2014-01-02T00:00:00Z 0.35',
    'maintenance new switch [] 2014-01-10T22:00:00Z 2014-01-11T02:00:00Z 0',
    'release Firefox 29 [nightly,aurora] 2014-02-04T14:00:00Z - 0',
  ])
})

test('days are those of the time zone, which may be another one for each', () => {
  expect(
    yaml(`
      timeZone: America/Los_Angeles
      events:
        - {kind: holiday, text: Thanksgiving, on: 2013-11-28}
        - {kind: holiday, text: clocks change, on: 2014-03-09}
        - {kind: holiday, text: Unity, on: 2013-10-03, timeZone: Europe/Berlin}
        - {kind: note, text: moment, from: 2014-03-09T02:30}
    `),
  ).toEqual([
    'holiday Unity [] 2013-10-02T22:00:00Z 2013-10-03T22:00:00Z 0.35',
    'holiday Thanksgiving [] 2013-11-28T08:00:00Z 2013-11-29T08:00:00Z 0.35',
    'holiday clocks change [] 2014-03-09T08:00:00Z 2014-03-10T07:00:00Z 0.35',
    'note moment [] 2014-03-09T10:30:00Z - 0',
  ])
})

test('what comes every year is known for years', () => {
  const parsed = parseCalendar('known.yaml', '[{kind: holiday, text: Christmas, on: 2013-12-25, yearly: true}]')
  if (parsed.kind === 'problems') throw new Error(parsed.problems.join())
  expect(parsed.events).toHaveLength(40)
  expect(parsed.events[30]).toMatchObject({ from: Date.UTC(2043, 11, 25), to: Date.UTC(2043, 11, 25) + 24 * HOUR_MS })
})

test('an empty file knows nothing', () => {
  expect(yaml('')).toEqual([])
  expect(yaml('# nothing yet\n')).toEqual([])
})

test.each([
  {
    claim: 'a kind that is none',
    line: '- {kind: party, text: x, on: 2014-01-01}',
    says: 'line 1: kind is "party": use one of release',
  },
  {
    claim: 'a text that is missing',
    line: '- {kind: note, on: 2014-01-01}',
    says: 'line 1: text is missing: use a text',
  },
  {
    claim: 'a day that is none',
    line: '- kind: note\n  text: x\n  on: 2014-02-30',
    says: 'line 3: on is "2014-02-30": use a day',
  },
  {
    claim: 'a time where a day is meant',
    line: '- {kind: note, text: x, on: 2014-02-03T10:00}',
    says: 'use a day such as',
  },
  {
    claim: 'no time at all',
    line: '- {kind: note, text: x}',
    says: 'on is missing: use either on (a day), or from and to',
  },
  { claim: 'two times', line: '- {kind: note, text: x, on: 2014-01-01, from: 2014-01-01}', says: 'use either on' },
  {
    claim: 'an end before the beginning',
    line: '- {kind: note, text: x, from: 2014-01-02, to: 2014-01-01}',
    says: 'to is "2014-01-01": use a time after from',
  },
  {
    claim: 'a maintenance without end',
    line: '- {kind: maintenance, text: x, from: 2014-01-02T10:00Z}',
    says: 'to is missing: use an end',
  },
  {
    claim: 'a loss of all',
    line: '- {kind: holiday, text: x, on: 2014-01-01, lossPercent: 100}',
    says: 'lossPercent is 100: use a number from 1 to 95',
  },
  {
    claim: 'a loss of a release',
    line: '- {kind: release, text: x, on: 2014-01-01, lossPercent: 10}',
    says: 'it with holidays only',
  },
  {
    claim: 'a name that is none of ours',
    line: '- {kind: note, text: x, on: 2014-01-01, chanels: [beta]}',
    says: 'chanels is ["beta"]: use one of kind, text',
  },
  { claim: 'a zone that nobody has', line: 'timeZone: Mars/Olympus\nevents: []', says: 'this is no calendar' },
  {
    claim: 'a script as link',
    line: '- {kind: note, text: x, on: 2014-01-01, link: "javascript:1"}',
    says: 'link is "javascript:1": use an address',
  },
  { claim: 'a text alone', line: 'Christmas', says: 'line 1: this is no calendar: use a list of events' },
  { claim: 'what is no YAML', line: '- {kind: note', says: 'known.yaml, line' },
])('$claim is refused by line and value', ({ line, says }) => {
  expect(yaml(line).join('\n')).toContain(says)
})

test('every problem is told, not the first alone', () => {
  expect(yaml('- {kind: party, text: x, on: 2014-01-01}\n- {kind: note, text: x, on: never}')).toHaveLength(2)
})

const ics = (events: string) =>
  read(parseIcs('known.ics', `BEGIN:VCALENDAR\r\nVERSION:2.0\r\n${events}\r\nEND:VCALENDAR\r\n`))

test('a public calendar of holidays is read as it comes', () => {
  expect(
    ics(
      [
        'BEGIN:VEVENT',
        'UID:1',
        'DTSTART;VALUE=DATE:20131225',
        'DTEND;VALUE=DATE:20131227',
        'SUMMARY;LANGUAGE=en-US:Christmas\\, both',
        '  days',
        'BEGIN:VALARM',
        'TRIGGER:-PT15M',
        'END:VALARM',
        'END:VEVENT',
        'BEGIN:VEVENT',
        'DTSTART;TZID="Europe/Berlin":20140110T220000',
        'DTEND:20140111T020000Z',
        'SUMMARY:New switch',
        'CATEGORIES:Work,MAINTENANCE',
        'END:VEVENT',
        'BEGIN:VEVENT',
        'DTSTART:20140204T140000Z',
        'SUMMARY:Firefox 29',
        'CATEGORIES:Release',
        'END:VEVENT',
        'BEGIN:VEVENT',
        'DTSTART;VALUE=DATE:20140301',
        'STATUS:CANCELLED',
        'END:VEVENT',
      ].join('\r\n'),
    ),
  ).toEqual([
    'holiday Christmas, both days [] 2013-12-25T00:00:00Z 2013-12-27T00:00:00Z 0.35',
    'maintenance New switch [] 2014-01-10T21:00:00Z 2014-01-11T02:00:00Z 0',
    'release Firefox 29 [] 2014-02-04T14:00:00Z - 0',
  ])
})

test('repetitions by the year are known; others are refused, for nobody should believe in them', () => {
  const of = (rule: string) => ics(`BEGIN:VEVENT\nDTSTART;VALUE=DATE:20131225\nSUMMARY:x\nRRULE:${rule}\nEND:VEVENT`)
  expect(of('FREQ=YEARLY;COUNT=2')).toEqual([
    'holiday x [] 2013-12-25T00:00:00Z 2013-12-26T00:00:00Z 0.35',
    'holiday x [] 2014-12-25T00:00:00Z 2014-12-26T00:00:00Z 0.35',
  ])
  expect(of('FREQ=YEARLY')).toHaveLength(40)
  expect(of('FREQ=WEEKLY;BYDAY=MO')).toEqual([
    'known.ics, line 6: RRULE is "FREQ=WEEKLY;BYDAY=MO": use FREQ=YEARLY, perhaps with COUNT, or an event for each time',
  ])
})

test.each([
  {
    claim: 'a day that is none',
    events: 'BEGIN:VEVENT\nDTSTART:20140230\nEND:VEVENT',
    says: 'line 4: DTSTART is "20140230"',
  },
  {
    claim: 'a zone by another name',
    events: 'BEGIN:VEVENT\nDTSTART;TZID=W. Europe Standard Time:20140203T100000\nEND:VEVENT',
    says: 'TZID is "W. Europe Standard Time"',
  },
  { claim: 'no beginning', events: 'BEGIN:VEVENT\nSUMMARY:x\nEND:VEVENT', says: 'has no DTSTART' },
  {
    claim: 'an end before it',
    events: 'BEGIN:VEVENT\nDTSTART:20140203\nDTEND:20140202\nEND:VEVENT',
    says: 'DTEND is 20140202',
  },
  { claim: 'a file that was cut short', events: 'BEGIN:VEVENT\nDTSTART:20140203', says: 'was cut short' },
  { claim: 'no events', events: '', says: 'holds no events' },
])('$claim is refused by line and value', ({ events, says }) => {
  expect(ics(events).join('\n')).toContain(says)
})
