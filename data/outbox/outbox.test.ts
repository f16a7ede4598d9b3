import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Database, openDatabase } from '../counts/database.ts'
import { SECOND_MS } from '../domain/time.ts'
import { enqueueMails } from './enqueue-mails.ts'
import type { NewMail } from './outbox-row.ts'
import {
  readDecisionTimes,
  readLastDigestAt,
  readMail,
  readMails,
  readSentMessageIds,
  readWaitingMails,
} from './read-outbox.ts'
import { restoreOutbox, settledEntry } from './restore-outbox.ts'
import { markCollapsed, markSending, resumeInterruptedMails, settleMail } from './settle-mails.ts'

const decidedAt = Date.UTC(2014, 1, 1, 15, 2)

function mail(changes: Partial<NewMail> = {}): NewMail {
  return {
    incident: 13,
    incidents: [changes.incident ?? 13],
    sequence: 1,
    trigger: 'opened',
    recipient: 'a@example.org',
    subject: 'nightly',
    decidedAt,
    messageId: `<incident-13.${changes.sequence ?? 1}@host>`,
    body: `{"sequence":${changes.sequence ?? 1}}`,
    ...changes,
  }
}

let database: Database
beforeEach(async () => {
  database = await openDatabase(':memory:')
})
afterEach(() => database.close())

function enqueue(...mails: NewMail[]): Promise<void> {
  return database.inTransaction((transaction) => enqueueMails(transaction, mails))
}

test('a mail waits from the moment it was decided', async () => {
  await enqueue(mail())
  expect(await readWaitingMails(database)).toEqual([
    { ...mail(), id: 1, state: 'waiting', attempts: 0, nextAttemptAt: decidedAt, sentAt: null, lastError: null },
  ])
})

test('a transaction that fails leaves no mail behind', async () => {
  const failing = database.inTransaction(async (transaction) => {
    await enqueueMails(transaction, [mail()])
    throw new Error('the incident could not be written')
  })
  await expect(failing).rejects.toThrow('the incident could not be written')
  expect(await readWaitingMails(database)).toEqual([])
})

test('ids go on rising over transactions', async () => {
  await enqueue(mail(), mail({ recipient: 'b@example.org' }))
  await enqueue(mail({ sequence: 2 }))
  expect((await readMails(database, { limit: 10 })).map((row) => row.id)).toEqual([3, 2, 1])
  expect((await readMails(database, { incident: 12, limit: 10 })).length).toBe(0)
})

test('a failed attempt waits for its next one, a sent or refused mail for none', async () => {
  await enqueue(mail(), mail({ recipient: 'b@example.org' }), mail({ recipient: 'c@example.org' }))
  await database.inTransaction(async (transaction) => {
    for (const id of [1, 2, 3]) await markSending(transaction, id)
    await settleMail(transaction, 1, { kind: 'failed', error: '451 later', nextAttemptAt: decidedAt + 10 * SECOND_MS })
    await settleMail(transaction, 2, { kind: 'refused', error: '550 unknown' })
    await settleMail(transaction, 3, { kind: 'sent', at: decidedAt + SECOND_MS, subject: 'Re: nightly' })
  })
  expect(await readWaitingMails(database)).toMatchObject([
    { id: 1, attempts: 1, nextAttemptAt: decidedAt + 10 * SECOND_MS, lastError: '451 later' },
  ])
  expect(await readMail(database, 2)).toMatchObject({ state: 'refused', lastError: '550 unknown' })
  expect(await readMail(database, 3)).toMatchObject({
    state: 'sent',
    sentAt: decidedAt + SECOND_MS,
    subject: 'Re: nightly',
  })
  expect(await readMail(database, 4)).toBeNull()
})

test('what was being sent when the process ended waits again', async () => {
  await enqueue(mail())
  await database.inTransaction((transaction) => markSending(transaction, 1))
  expect(await readWaitingMails(database)).toEqual([])
  expect(await database.inTransaction(resumeInterruptedMails)).toBe(1)
  expect(await readWaitingMails(database)).toMatchObject([{ id: 1, messageId: mail().messageId }])
})

test('a thread is made of the mails that were sent to the recipient', async () => {
  const other = mail({ recipient: 'b@example.org', messageId: '<other@host>' })
  await enqueue(mail(), mail({ sequence: 2 }), mail({ sequence: 3 }), other)
  await database.inTransaction(async (transaction) => {
    await markCollapsed(transaction, [2])
    for (const id of [1, 3, 4]) await settleMail(transaction, id, { kind: 'sent', at: decidedAt, subject: 'nightly' })
  })
  expect(await readSentMessageIds(database, 13, 'a@example.org')).toEqual([
    mail({ sequence: 1 }).messageId,
    mail({ sequence: 3 }).messageId,
  ])
})

test('a mail about several incidents stands in the thread of each', async () => {
  const together = mail({ incident: 0, incidents: [13, 14], sequence: 0, messageId: '<catch-up@host>' })
  await enqueue(together, mail())
  await database.inTransaction((transaction) =>
    settleMail(transaction, 1, { kind: 'sent', at: decidedAt, subject: 'several' }),
  )
  expect((await readMails(database, { incident: 14, limit: 9 })).map((row) => row.id)).toEqual([1])
  expect((await readMails(database, { incident: 13, limit: 9 })).map((row) => row.id)).toEqual([2, 1])
  expect(await readSentMessageIds(database, 14, 'a@example.org')).toEqual(['<catch-up@host>'])
})

test('how many mails each recipient got lately, and when the last digest was, are known after a restart', async () => {
  await enqueue(
    mail({ decidedAt: decidedAt - 3600 * SECOND_MS }),
    mail(),
    mail({ recipient: 'b@example.org' }),
    mail({ trigger: 'digest', incident: 0, incidents: [], decidedAt: decidedAt + SECOND_MS }),
  )
  expect([...(await readDecisionTimes(database, decidedAt))]).toEqual([
    ['a@example.org', [decidedAt, decidedAt + SECOND_MS]],
    ['b@example.org', [decidedAt]],
  ])
  expect(await readLastDigestAt(database)).toBe(decidedAt + SECOND_MS)
})

test('the journal restores what waits, what was sent, and what a newer mail told', async () => {
  const other = mail({ recipient: 'b@example.org', messageId: '<other@host>' })
  const decided = [mail(), mail({ sequence: 2 }), mail({ sequence: 3 }), other].map((body, index) => ({
    kind: 'outbox',
    key: body.messageId,
    writtenAt: decidedAt + index,
    body,
  }))
  const settled = [
    settledEntry(
      mail({ sequence: 2 }).messageId,
      { kind: 'sent', at: decidedAt + SECOND_MS, subject: 'nightly' },
      decidedAt,
    ),
  ]
  await database.inTransaction((transaction) => restoreOutbox(transaction, [...decided, ...settled, ...decided]))
  const rows = (await readMails(database, { limit: 9 })).reverse()
  expect(rows.map((row) => [row.messageId, row.state])).toEqual([
    ['<incident-13.1@host>', 'collapsed'],
    ['<incident-13.2@host>', 'sent'],
    ['<incident-13.3@host>', 'waiting'],
    ['<other@host>', 'waiting'],
  ])
})
