import fc from 'fast-check'
import PostalMime from 'postal-mime'
import { describe, expect, test } from 'vitest'
import { mimeMessage } from '../sender/mime-message.ts'
import { everyMail } from '../testing/every-mail.ts'

const mails = everyMail()
const names = [...mails.keys()]
const mailOf = (name: string) => {
  const mail = mails.get(name)
  if (mail === undefined) throw new Error(`no mail "${name}"`)
  return mail
}
/** As it is read: wherever a line ends. */
const plain = (text: string) => text.replaceAll(/[\u00a0\u202f\n]/g, ' ')

test.each([
  { mail: 'opened', says: ['▼ New: too low', 'Acknowledge: https://', 'Silence until it is over: https://'] },
  { mail: 'acknowledged', says: ['▼ nightly has it: too low', 'Next mail: when it gets much worse, or is over.'] },
  { mail: 'unstable', says: ['▼ Unstable: too low', 'It began again for the third time within a day'] },
  { mail: 'silence ended', says: ['▼ Silence ended, still too low (was 50 %)'] },
  { mail: 'maintenance over', says: ['▼ Maintenance over, still too low (was 50 %)'] },
  {
    mail: 'merged',
    says: ['△ Closed: part of incident 12, which goes on', 'It has the cause of incident 12: nightly'],
  },
  { mail: 'late', says: ['Late by 9 h: mail could not be delivered since Sat 1 Feb, 14:00 UTC.'] },
  { mail: 'notice', says: ['nightly was not told: the mail server refuses', '◇ Not everybody was told'] },
  {
    mail: 'resolved',
    says: [
      'Told after         2 h',
      'Lost           2 440 never came',
      'Invalid        97 (0.5 %)',
      'In quarantine  68, kept whole',
      'Recovered      12',
      'Acknowledged   by nightly',
      'What was it?',
      'False alarm: https://',
    ],
  },
  {
    mail: 'catch-up',
    says: ['✕ New: 31 % invalid (incident 14)', '/// New: nothing counted (incident 11)', 'quiet hours'],
  },
  {
    mail: 'digest',
    says: [
      '4 743 000 received, 16 000 of them invalid (0.3 %); 15 560 wait in quarantine, 240 were recovered.',
      'nobody has it yet',
      'Over since Sat 1 Feb, 14:00',
      'esr',
      '6 of 14 days',
      'By nightly: nightly',
      'This mail comes every day: where it is missing, mails don’t arrive.',
    ],
  },
])('$mail says what it is for', ({ mail, says }) => {
  const text = plain(mailOf(mail).text)
  for (const each of says) expect(text).toContain(each)
})

describe.each(names)('%s', (name) => {
  const { html, text, headers, subject } = mailOf(name)

  test('loads nothing, runs nothing, and is whole in plain text', () => {
    expect(html).not.toMatch(/<(script|link|iframe|object|form|svg)|src="(?!cid:)|url\(|@import|\son\w+=/i)
    expect(text.length).toBeGreaterThan(100)
    const tooLong = text.split('\n').filter((line) => [...line].length > 72 && !line.includes('https://'))
    expect(tooLong).toEqual([])
  })

  test('asks for no answer, and tells filters what it is', () => {
    expect(headers).toMatchObject({ 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' })
    expect(headers['List-Id']).toMatch(/^<[a-z0-9-]+\.tidewatch\.example\.org>$/)
    expect(headers['X-Tidewatch-Trigger']).toMatch(/^[a-z_]+$/)
    expect(subject).toContain('[tidewatch] ')
  })

  test('can be unsubscribed from where it is the digest only: a forwarded alert must not switch off the on-call', () => {
    expect('List-Unsubscribe' in headers).toBe(name === 'digest')
    expect('Precedence' in headers).toBe(name === 'digest')
  })
})

/** What somebody may call a channel or a build to get into a mail. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "';--<b>",
    'a\r\nBcc: eve@example.org',
    'a\r\n\r\n<html>',
    '=?utf-8?q?=0d=0aBcc:_eve@example.org?=',
    'https://evil.example/',
    '&lt;b&gt;',
    '\u202egnp.exe',
    '\ud800',
    '{{7*7}}',
    '__proto__',
  ),
)

test('no name that a client chose becomes an element, an attribute, a header or an address, in any kind of mail', async () => {
  const addressing = { from: 'T <t@example.org>', to: 'a@example.org', messageId: '<m.1.a@host>', date: 0 }
  const shape = async ([name, mail]: [string, ReturnType<typeof mailOf>]) => {
    const { bytes, envelope } = await mimeMessage(mail, null, addressing)
    const { headers } = await PostalMime.parse(bytes)
    const tags = (mail.html.match(/<\/?[a-z](?:"[^"]*"|[^">])*>/gi) ?? []).map((tag) =>
      tag.replace(/(alt|href)="[^"]*"/g, '$1'),
    )
    const links = [...mail.html.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, url = '']) => new URL(url).host)
    return {
      name,
      headers: headers.map(({ key }) => key),
      envelope,
      kinds: [...new Set(tags)].sort(),
      links: [...new Set(links)],
    }
  }
  const harmless = new Map(
    await Promise.all([...everyMail('aaa')].map(async (each) => [each[0], await shape(each)] as const)),
  )
  await fc.assert(
    fc.asyncProperty(hostile, async (chosen) => {
      for (const each of everyMail(chosen)) {
        const found = await shape(each)
        const known = harmless.get(each[0])
        // An empty header isn't sent.
        expect(found.headers.filter((header) => !known?.headers.includes(header))).toEqual([])
        expect(found.envelope).toEqual(known?.envelope)
        expect(found.kinds.filter((kind) => !known?.kinds.includes(kind))).toEqual([])
        expect(found.links.filter((host) => !known?.links.includes(host))).toEqual([])
        expect(each[1].text).not.toMatch(/[\r\0\u202a-\u202e]|\nBcc:/)
      }
    }),
    { numRuns: 40 },
  )
})
