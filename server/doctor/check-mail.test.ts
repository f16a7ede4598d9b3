import { expect, test } from 'vitest'
import type { SmtpCheck } from '../../alerts/email/sender/check-smtp.ts'
import { DAY_MS } from '../../data/domain/time.ts'
import { serverWords } from './check-mail.ts'

const now = Date.UTC(2014, 1, 1)
const works: SmtpCheck = {
  kind: 'works',
  server: 'mail.example.org:587',
  encryption: 'STARTTLS',
  protocol: 'TLSv1.3',
  certificateEndsAt: now + 90 * DAY_MS,
  user: 'tide',
}

test.each<{ claim: string; check: SmtpCheck; verdict: string; says: string }>([
  {
    claim: 'a server that works',
    check: works,
    verdict: 'well',
    says: 'mail.example.org:587 answers over STARTTLS (TLSv1.3), signed in as tide.',
  },
  {
    claim: 'a certificate that ends soon',
    check: { ...works, certificateEndsAt: now + 3 * DAY_MS },
    verdict: 'mind',
    says: 'Its certificate ends Tue 4 Feb, 00:00 UTC.',
  },
  {
    claim: 'trouble',
    check: { kind: 'trouble', server: 'mail.example.org:587', at: 'signing in', error: 'no' },
    verdict: 'wrong',
    says: 'mail.example.org:587, signing in: no.',
  },
])('$claim: $verdict', ({ check, verdict, says }) => {
  const words = serverWords(check, now)
  expect(words.verdict).toBe(verdict)
  expect(words.says).toContain(says)
})
