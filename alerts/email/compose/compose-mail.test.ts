import fc from 'fast-check'
import PostalMime from 'postal-mime'
import { describe, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../data/domain/time.ts'
import { makeChannelNumbers, makeIncident } from '../../testing/make-incident.ts'
import { mimeMessage } from '../sender/mime-message.ts'
import { makeFacts } from '../testing/make-facts.ts'
import { makePicture } from '../testing/make-picture.ts'
import { composeMail } from './compose-mail.ts'
import { mailContent } from './mail-content.ts'
import type { MailFacts } from './mail-facts.ts'

const start = Date.UTC(2014, 1, 1, 14)

function compose(facts: MailFacts = makeFacts()) {
  const mail = composeMail(facts, true, 'example.org')
  return { ...mail, text: plain(mail.text) }
}

function plain(text: string): string {
  return text.replace(/[\u00a0\u202f]/g, ' ')
}

/** The facts of a notification about another incident, or another time of it. */
function about(changes: Parameters<typeof makeIncident>[0], notification: Partial<MailFacts['notification']> = {}) {
  return makeFacts({ notification: { incident: makeIncident({ start, ...changes }), ...notification } })
}

test('the opening mail says in order: state, fact, cause, numbers, day, carriers, changes, link, why', () => {
  const { text } = compose()
  const said = [
    '▼ New: too low (incident 13)',
    'nightly: 16 % fewer submissions than expected since Sat 14:00 UTC.',
    'Almost all that is missing is saved-session of builds from 20140201 on.',
    "aurora, beta, release and other are well: it isn't the servers.",
    'Missing, 9 h     2 440',
    'Seen, 22:00      1 514',
    'Expected, 22:00  1 776 – 2 132',
    'How sure         very',
    'Seen      ',
    'Expected  ',
    'reason saved-session     12 600   10 100          0.80     99 %',
    'Sat 12:00  Build 20140201030203 first seen, 2 h before the start',
    'otherwise  Nothing known: receivers counted every minute',
    'https://tidewatch.example.org/incident/13',
    'You get this through the route “all incidents”.',
  ]
  const places = said.map((each) => text.replaceAll('\n', ' ').indexOf(each))
  expect(places.every((place) => place >= 0)).toBe(true)
  expect([...places].sort((a, b) => a - b)).toEqual(places)
})

test('plain text keeps to 72 columns, but for addresses', () => {
  const longest = Math.max(
    ...compose()
      .text.split('\n')
      .filter((line) => !line.startsWith('https://'))
      .map((line) => [...line].length),
  )
  expect(longest).toBeLessThanOrEqual(72)
})

test('the subject is that of the thread; every mail after the first begins with Re:', () => {
  const subject = '[tidewatch] nightly: 16 % fewer submissions than expected since Sat 14:00 UTC'
  expect(compose().subject).toBe(subject)
  expect(compose(makeFacts({ thread: ['<incident-13.1.a@host>'] })).subject).toBe(`Re: ${subject}`)
})

test('a follow-up refers to the opening and to the newest mails of the thread', () => {
  const thread = Array.from({ length: 9 }, (_, index) => `<incident-13.${index + 1}.a@host>`)
  const { headers } = compose(makeFacts({ thread }))
  expect(headers['In-Reply-To']).toBe('<incident-13.1.a@host>')
  expect(headers.References).toBe([1, 5, 6, 7, 8, 9].map((sequence) => `<incident-13.${sequence}.a@host>`).join(' '))
  expect(compose().headers).not.toHaveProperty('In-Reply-To')
})

test('headers let people filter, and keep robots from answering', () => {
  expect(compose().headers).toEqual({
    'List-Id': '<nightly.tidewatch.example.org>',
    'Auto-Submitted': 'auto-generated',
    'X-Auto-Response-Suppress': 'All',
    'X-Tidewatch-Incident': '13',
    'X-Tidewatch-Channel': 'nightly',
    'X-Tidewatch-Kind': 'drop',
    'X-Tidewatch-Severity': 'high',
    'X-Tidewatch-State': 'open',
    'X-Tidewatch-Trigger': 'opened',
  })
})

describe.each<{ claim: string; facts: MailFacts; says: string[]; never?: string[] }>([
  {
    claim: 'what got worse says what it was',
    facts: about({}, { trigger: 'worsened', previousRatio: 0.23 }),
    says: ['▼ Worse: too low (was 23 %)', 'nightly is 41 % below expected since Sat 1 Feb, 14:00.'],
  },
  {
    claim: 'silence is called silence',
    facts: about({ kind: 'outage', latest: { seen: 0, deficitRatio: 1 } }),
    says: ['▼ New: silent', 'no submissions since Sat 14:00'],
  },
  {
    claim: 'a reminder says that it lasts, and when the next one comes',
    facts: about({}, { trigger: 'reminder', newsAt: start + 2 * HOUR_MS, decidedAt: start + 6 * HOUR_MS }),
    says: ['▼ Still too low', 'a reminder at Sun 2 Feb, 04:00'],
  },
  {
    claim: 'a reminder says what changed since the last mail',
    facts: about({}, { trigger: 'reminder', previousRatio: 0.3 }),
    says: ['▼ Still too low (was 30 %)'],
  },
  {
    claim: 'a build that sends nothing is missing; the channel is not silent',
    facts: about({ series: { reason: 'saved-session' }, latest: { seen: 0 } }),
    says: ['▼ New: missing'],
    never: ['silent'],
  },
  {
    claim: 'what somebody has brings no reminder',
    facts: about({ acknowledged: { by: 'mreid', at: start } }, { trigger: 'worsened' }),
    says: ['mreid has it.'],
    never: ['a reminder at'],
  },
  {
    claim: 'invalid submissions are kept, and rates have one decimal',
    facts: about({
      group: 'invalid',
      kind: 'invalid',
      channels: ['aurora', 'nightly'],
      series: { problem: 'invalid_revision' },
      missing: 41_700,
      latest: {
        invalidRatio: 0.431,
        byChannel: [makeChannelNumbers({ channel: 'aurora', invalidRatio: 0.49 })],
      },
    }),
    says: [
      '✕ New: 49 % invalid',
      'aurora is 49 % invalid',
      'What is invalid is kept whole.',
      'Invalid beyond the usual, 5 days  41 700',
      '43.1 %',
    ],
    never: ["it isn't the servers", 'lost'],
  },
  {
    claim: 'every mail about invalid submissions begins with the present number, whatever the subject said',
    facts: about(
      {
        group: 'invalid',
        kind: 'invalid',
        latest: { invalidRatio: 0.17, byChannel: [makeChannelNumbers({ invalidRatio: 0.17 })] },
      },
      { trigger: 'worsened', previousRatio: 0.03 },
    ),
    says: ['✕ Worse: 17 % invalid (was 3 %)', 'nightly is 17 % invalid since'],
  },
  {
    claim: 'numbers of one reason of some builds say that they are of it, and what the bars count',
    facts: makeFacts({
      picture: makePicture({ title: 'nightly: saved-session of builds from 20140201 on' }),
      notification: {
        incident: makeIncident({
          start,
          series: { reason: 'saved-session', buildId: '20140201' },
          latest: { seen: 0 },
        }),
      },
    }),
    says: ['Missing of it, 5 days', 'Seen of it, 14:00', 'Expected of it, 14:00', 'of builds from 20140201 on\nFri'],
  },
  {
    claim: 'a gap says nothing about the clients',
    facts: about({ group: 'gap', kind: 'gap', channels: ['*'], latest: { hour: start + 8 * HOUR_MS, byChannel: [] } }),
    says: ['/// New: nothing counted', 'Nothing counted  9 h', 'This says\nnothing about the clients.'],
    never: ['What changed then', 'are well'],
  },
  {
    claim: 'the end says how long it lasted and what was missing',
    facts: about(
      {
        state: 'resolved',
        resolvedAt: start + 4 * DAY_MS,
        end: start + 3 * DAY_MS,
        explanation: { sentence: '', carriers: [] },
      },
      { trigger: 'resolved' },
    ),
    says: [
      '△ Closed',
      'Missing            81 200',
      'Lasted             3 days',
      'Told after         2 h',
      'No more mails about it',
    ],
    never: ['How sure', 'are well'],
  },
  {
    claim: 'what was withdrawn had no cause and lost nothing: it only seemed to',
    facts: makeFacts({
      accounting: { received: 18_234, invalid: 97, quarantined: 80, recovered: 12, quarantinedElsewhere: 0 },
      notification: {
        trigger: 'withdrawn',
        incident: {
          ...makeFacts().notification.incident,
          state: 'withdrawn',
          start,
          end: start,
          resolvedAt: start + 4 * HOUR_MS,
        },
      },
    }),
    says: [
      '△ Withdrawn: late counts arrived',
      'these hours are as usual. There is nothing to do.',
      'After all        as expected',
      'Seemed missing   ',
      'Withdrawn after  4 h',
    ],
    never: ['What carries it', 'What became of it', 'Almost all', 'never came', '\nMissing'],
  },
  {
    claim: 'what was withdrawn of a gap counted nothing as missing before, and does not now',
    facts: about(
      { group: 'gap', kind: 'gap', channels: ['*'], state: 'withdrawn', resolvedAt: start + 4 * HOUR_MS, end: start },
      { trigger: 'withdrawn' },
    ),
    says: ['After all        as expected'],
    never: ['Seemed', 'Nothing counted', 'No receiver'],
  },
  {
    claim: 'whoever takes it has a word for the others',
    facts: about(
      { acknowledged: { by: 'mreid', at: start, note: 'rolling back <b>20140201</b>' } },
      { trigger: 'acknowledged' },
    ),
    says: ['mreid has it', '“rolling back <b>20140201</b>”'],
  },
  {
    claim: 'the word of whoever took it is told once',
    facts: about({ acknowledged: { by: 'mreid', at: start, note: 'rolling back' } }, { trigger: 'worsened' }),
    says: ['mreid has it'],
    never: ['rolling back'],
  },
  {
    claim: 'an unknown cause is said to be unknown',
    facts: about({}),
    says: ['What carries it is not known: no reason, build or problem stands out.'],
    never: ['What carries it\n'],
  },
  {
    claim: 'without a public address there is no link, but where to look',
    facts: makeFacts({ publicUrl: null }),
    says: ['open the dashboard of this Tidewatch and choose incident 13.'],
    never: ['http'],
  },
  {
    claim: 'a late mail says so before anything else',
    facts: makeFacts({ lateSince: start + 9 * HOUR_MS, now: start + 11 * HOUR_MS + 5 * MINUTE_MS }),
    says: ['Late by 2 h: mail could not be delivered since Sat 1 Feb, 23:00 UTC.\n\n▼'],
  },
  {
    claim: 'hours that were not wholly counted are a change too',
    facts: makeFacts({
      isWholeCounted: false,
      changes: [{ kind: 'coverage', hour: start - HOUR_MS, coverageRatio: 0.68 }],
    }),
    says: ['Sat 13:00  Only 41 of 60 minutes were counted'],
    never: ['every minute'],
  },
  {
    claim: 'on several channels a build says which',
    facts: makeFacts({ notification: { incident: makeIncident({ start, channels: ['nightly', 'aurora'] }) } }),
    says: ['Build 20140201030203 first seen on nightly'],
  },
])('$claim', ({ facts, says, never = [] }) => {
  const mail = compose(facts)

  test('in plain text', () => {
    const flat = (text: string) => text.replaceAll('\n', ' ')
    for (const each of says) expect(flat(mail.text)).toContain(flat(each))
    for (const each of never) expect(mail.text).not.toContain(each)
  })

  test('and in HTML', () => {
    const words = plain(mail.html)
    for (const each of never.filter((text) => text !== 'http')) expect(words).not.toContain(each)
    expect(words).toContain('src="cid:tide"')
  })
})

test('what carries it is red only where the number proves it: not what came nearly as expected', () => {
  const isProof = (changes: Parameters<typeof makeIncident>[0]) =>
    mailContent(about(changes)).carriers?.rows.map((row) => row.isProof)
  const carrier = { dimension: 'reason', value: 'saved-session', expected: 100, shareRatio: 1 } as const
  const carriers = [96, 89, 0].map((seen) => ({ ...carrier, seen }))
  expect(isProof({ explanation: { sentence: '', carriers } })).toEqual([false, true, true])
  const problems = [
    { dimension: 'problem', value: 'invalid_revision', expected: 2000, seen: 58, shareRatio: 0.7 },
    { dimension: 'build', value: '20140204', expected: 47, seen: 47, shareRatio: 0.7 },
    { dimension: 'problem', value: 'bad_json', expected: 2000, seen: 24, shareRatio: 0.3 },
  ] as const
  const invalid = { group: 'invalid', kind: 'invalid', series: { problem: 'invalid_revision' } } as const
  expect(isProof({ ...invalid, explanation: { sentence: '', carriers: problems } })).toEqual([true, true, false])
})

test('a mail whose picture could not be drawn says so and refers to none', () => {
  const { html } = composeMail(makeFacts(), false, 'example.org')
  expect(html).toContain('The picture could not be drawn')
  expect(html).not.toContain('cid:')
})

// Hundreds of mails are made: more than a busy machine does in the usual five seconds.
describe('names that clients chose', { timeout: 60_000 }, () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      '<script>alert(1)</script>',
      '"><img src=x onerror=alert(1)>',
      "'-alert(1)-'",
      'nightly\r\nBcc: everyone@example.org',
      '\u202egnp.exe',
      '&lt;b&gt;',
      'a'.repeat(5000),
      '=?utf-8?B?PGI+?=',
      '(((((((((((((((((((((((((',
      'https://evil.example/',
      '\ud800',
    ),
  )

  function hostileFacts(name: string, build: string, reason: string): MailFacts {
    const incident = makeIncident({
      start,
      channels: [name, 'nightly'],
      series: { reason, problem: reason },
      explanation: {
        sentence: `96 % of what is missing is ${reason}, builds from ${build} on.`,
        firstBuildId: build,
        carriers: [
          { dimension: 'reason', value: reason, expected: 100, seen: 20, shareRatio: 0.9 },
          { dimension: 'build', value: build, expected: 100, seen: 20, shareRatio: 0.9 },
          { dimension: 'channel', value: name, expected: 100, seen: 20, shareRatio: 0.9 },
        ],
      },
    })
    return makeFacts({
      wellChannels: [name],
      changes: [{ kind: 'build', buildId: build, channel: name, firstSeen: start }],
      notification: { incident, subject: `[tidewatch] ${name}` },
    })
  }

  test('add no markup and no attribute: the elements are those of any mail', () => {
    const shape = (html: string) =>
      (html.match(/<\/?[a-z](?:"[^"]*"|[^">])*>/gi) ?? []).map((tag) => tag.replace(/(alt|href)="[^"]*"/g, '$1'))
    const harmless = shape(composeMail(hostileFacts('aaa', 'bbb', 'ccc'), true, 'example.org').html)
    const kinds = new Set(harmless)
    fc.assert(
      fc.property(hostile, hostile, hostile, (name, build, reason) => {
        const { html } = composeMail(hostileFacts(name, build, reason), true, 'example.org')
        expect(shape(html).filter((tag) => !kinds.has(tag))).toEqual([])
        expect(html).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/)
      }),
      { numRuns: 60 },
    )
  })

  test('add no header and no line: the message has the headers of any mail', async () => {
    const addressing = {
      from: 'Tidewatch <t@example.org>',
      to: 'a@example.org',
      messageId: '<incident-13.1.a@host>',
      date: start,
    }
    const headersOf = async (facts: MailFacts) => {
      const { bytes, envelope } = await mimeMessage(composeMail(facts, false, 'example.org'), null, addressing)
      const { headers } = await PostalMime.parse(bytes)
      return { names: headers.map((header) => header.key), envelope }
    }
    const harmless = await headersOf(hostileFacts('aaa', 'bbb', 'ccc'))
    await fc.assert(
      fc.asyncProperty(hostile, hostile, hostile, async (name, build, reason) => {
        expect(await headersOf(hostileFacts(name, build, reason))).toEqual(harmless)
      }),
      { numRuns: 60 },
    )
  })

  test('stand on one line of plain text each', () => {
    fc.assert(
      fc.property(hostile, (name) => {
        const { text } = composeMail(hostileFacts(name, 'b', 'c'), true, 'example.org')
        expect(text).not.toMatch(/[\r\t\0\u202a-\u202e\u2028]/)
        expect(text).not.toContain('\nBcc:')
        // Only our own addresses are ones that mail programs make links of.
        expect(text.match(/\w+:\/\/\S*/g)?.filter((url) => !url.includes('/channel/'))).toEqual([
          'https://tidewatch.example.org/incident/13',
          'https://tidewatch.example.org/act/13/acknowledge/token',
          'https://tidewatch.example.org/act/13/silence/token',
        ])
      }),
      { numRuns: 60 },
    )
  })
})

test('of what is discarded: how much, how large, against which limit, on which channels', () => {
  const numbers = { cause: 'body', offered: 2000, ratio: 0.062, typicalBytes: 312_000, limitBytes: 204_800 } as const
  const { subject, text } = compose(
    about({
      group: 'discarded',
      kind: 'discarded',
      series: { cause: 'body' },
      missing: 906,
      latest: {
        hour: start + 8 * HOUR_MS,
        discarded: numbers,
        byChannel: [makeChannelNumbers({ discarded: numbers })],
      },
      explanation: {
        sentence: 'Bodies are typically 305 KiB, the limit is 200 KiB.',
        carriers: [{ dimension: 'channel', value: 'nightly', expected: 11_739, seen: 906, shareRatio: 1 }],
      },
    }),
  )
  expect(subject).toContain('nightly')
  for (const said of [
    '✕ New: 6.2 % discarded (incident 13)',
    'nightly has 6.2 % discarded as too large since Sat 1 Feb, 14:00.',
    'Bodies are typically 305 KiB, the limit is 200 KiB.',
    'are well.',
    'Discarded beyond the usual, 9 h',
    'Discarded, 22:00',
    'Typical size, limit 200 KiB',
    '305 KiB',
    'Share discarded',
  ]) {
    expect(text.replaceAll('\n', ' ')).toContain(said)
  }
  expect(text).not.toContain("it isn't the servers")
})
