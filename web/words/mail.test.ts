import { expect, test } from 'vitest'
import { mailState, troubles } from './mail.ts'

const mail = {
  id: 1,
  incident: 1,
  trigger: 'opened',
  subject: '',
  recipient: 'on-call@example.org',
  decided_at: '2014-02-01T23:00:00Z',
  sent_at: '2014-02-01T23:00:00Z',
  last_error: null,
}

test('a mail that only became a file was not sent', () => {
  expect(mailState({ ...mail, state: 'sent' }, 'files')).toBe('kept')
  expect(mailState({ ...mail, state: 'sent' }, 'smtp')).toBe('sent')
  expect(mailState({ ...mail, state: 'waiting' }, 'files')).toBe('waiting')
})

test('mails that wait and recipients that are refused are told in a sentence each; what has been mended is not', () => {
  const gone = { ...mail, recipient: 'gone@example.org', state: 'refused', last_error: '550 no such user' } as const
  const mended = { ...mail, recipient: 'back@example.org' }
  const waiting = { ...mail, state: 'waiting', last_error: 'nobody listens' } as const
  const refused = { ...mended, state: 'refused', last_error: '550 full' } as const
  expect(troubles([waiting, waiting, { ...mended, state: 'sent' }, refused, gone, gone])).toEqual([
    '2 mails wait, and are tried again: nobody listens.',
    'gone@example.org is refused by the mail server: 550 no such user.',
  ])
  expect(troubles([{ ...mail, state: 'sent' }])).toEqual([])
})
