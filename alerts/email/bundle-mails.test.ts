import { expect, test } from 'vitest'
import type { Severity } from '../incidents/severity.ts'
import { makeIncident } from '../testing/make-incident.ts'
import { bundleMails } from './bundle-mails.ts'
import type { Trigger } from './notification.ts'
import type { Due } from './notifications-due.ts'

const TRIGGERS: Readonly<Record<string, Trigger>> = { o: 'opened', w: 'worsened', e: 'resolved', r: 'reminder' }
const SEVERITY: Readonly<Record<string, Severity>> = { '-': 'low', '': 'medium', '+': 'high' }

/** `o1+` is the opening of incident 1, grave; `w` worse, `e` its end, `r` a reminder, `-` of low severity, `!` late. */
function due(notation: string): Due[] {
  return notation.split(' ').map((each) => {
    const [, letter = '', id = '', grave = '', late = ''] = /^([ower])(\d+)([+-]?)(!?)$/.exec(each) ?? []
    return {
      incident: makeIncident({ id: Number(id) }),
      recipient: 'a@example.org',
      trigger: TRIGGERS[letter] ?? 'opened',
      severity: SEVERITY[grave] ?? 'medium',
      route: null,
      previous: null,
      isLate: late === '!',
    }
  })
}

function said(notation: string, used: number, most = 6): string {
  const { single, together } = bundleMails(due(notation), { used, most })
  const name = ({ trigger, incident }: Due) => `${trigger[0] === 'r' ? trigger.slice(0, 3) : trigger[0]}${incident.id}`
  const bundle = together === null ? [] : [`${together.why}(${together.due.map(name).join(' ')})`]
  return [...single.map(name), ...bundle].join(' ')
}

test.each([
  { claim: 'what is new at once has mails of its own', notation: 'o1 o2', used: 0, mails: 'o1 o2' },
  { claim: 'the gravest first, beginnings before what is known', notation: 'w1 o2 o3+', used: 0, mails: 'o3 o2 w1' },
  { claim: 'several that are late are one mail', notation: 'o1! o2! r3', used: 0, mails: 'late(o1 o2 rem3)' },
  { claim: 'one that is late is a mail of its own', notation: 'o1!', used: 0, mails: 'o1' },
  {
    claim: 'of too many the gravest go alone, the rest together',
    notation: 'o1 o2 o3 o4+',
    used: 3,
    mails: 'o4 o1 limit(o2 o3)',
  },
  { claim: 'the last mail of an hour tells all that is left', notation: 'o1 o2', used: 5, mails: 'limit(o1 o2)' },
  { claim: 'or the one that is', notation: 'o1', used: 5, mails: 'o1' },
  { claim: 'beyond the limit nothing goes', notation: 'o1+ e2', used: 6, mails: '' },
  { claim: 'late ones neither', notation: 'o1! o2!', used: 6, mails: '' },
  { claim: 'ends leave room for what is new', notation: 'e1 e2 e3 e4 e5 e6', used: 0, mails: 'res1 res2 res3 res4' },
  { claim: 'and come before reminders', notation: 'r1 e2', used: 3, mails: 'res2' },
  { claim: 'an end is never in a mail with others', notation: 'o1! o2! e3', used: 0, mails: 'res3 late(o1 o2)' },
])('$claim', ({ notation, used, mails }) => expect(said(notation, used)).toBe(mails))
