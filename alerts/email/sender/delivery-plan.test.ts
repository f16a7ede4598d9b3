import { expect, test } from 'vitest'
import { SECOND_MS } from '../../../data/domain/time.ts'
import type { OutboxRow } from '../../../data/outbox/outbox-row.ts'
import { nextAttempt, planDelivery } from './delivery-plan.ts'

const now = Date.UTC(2014, 1, 1, 15, 2)

/** `13a` is a mail about incident 13 to recipient a; `+30` is due in 30 s. */
function waiting(notation: string): OutboxRow[] {
  return notation.split(' ').map((each, index) => {
    const [, incident = '0', recipient = '', seconds = '0'] = /^(\d+)(\w)(?:\+(\d+))?$/.exec(each) ?? []
    return {
      id: index + 1,
      incident: Number(incident),
      incidents: [Number(incident)],
      sequence: 1,
      trigger: 'opened',
      recipient,
      subject: '',
      decidedAt: now,
      messageId: `<${index}@host>`,
      body: '',
      state: 'waiting',
      attempts: 0,
      nextAttemptAt: now + Number(seconds) * SECOND_MS,
      sentAt: null,
      lastError: null,
    }
  })
}

function planned(notation: string, tellAll = false): string[] {
  return planDelivery(waiting(notation), now, { tellAll }).map(
    ({ mail, collapsed }) => `${mail.id}${collapsed.map((row) => ` for ${row.id}`).join('')}`,
  )
}

test.each([
  { claim: 'each recipient gets their own', mails: '13a 13b 14a', sent: ['1', '2', '3'] },
  { claim: 'the newest tells what the older ones would have', mails: '13a 13b 13a 13a', sent: ['2', '4 for 1 for 3'] },
  { claim: 'what is not due waits', mails: '13a+30 14a', sent: ['2'] },
  { claim: 'news does not wait for the retry of what it replaces', mails: '13a+300 13a', sent: ['2 for 1'] },
])('$claim', ({ mails, sent }) => expect(planned(mails)).toEqual(sent))

test('what stands in a thread with a mail that has to wait waits with it, and is no reason to leave that one out', () => {
  const [catchUp, single] = waiting('13a+30 13a')
  if (catchUp === undefined || single === undefined) throw new Error('two mails wait')
  const all = [{ ...catchUp, incident: 0, incidents: [12, 13] }, single]
  const sentAt = (at: number) => planDelivery(all, at, { tellAll: false }).map(({ mail }) => mail.id)
  expect(sentAt(now)).toEqual([])
  expect(sentAt(now + 30 * SECOND_MS)).toEqual([1, 2])
})

test('a history that is told after the fact tells everything, in order', () => {
  expect(planned('13a 14a 13a', true)).toEqual(['1', '2', '3'])
  expect(planned('13a+30 14a 13a', true)).toEqual(['2'])
})

test('attempts come after 10, 30, 60, 120 and 300 seconds, then every 300', () => {
  const seconds = [0, 1, 2, 3, 4, 5, 50].map((failures) => (nextAttempt(failures, now) - now) / SECOND_MS)
  expect(seconds).toEqual([10, 30, 60, 120, 300, 300, 300])
})
