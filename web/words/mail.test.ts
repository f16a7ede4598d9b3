import { expect, test } from 'vitest'
import { mailState } from './mail.ts'

test('a mail that only became a file was not sent', () => {
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
  expect(mailState({ ...mail, state: 'sent' }, 'files')).toBe('kept')
  expect(mailState({ ...mail, state: 'sent' }, 'smtp')).toBe('sent')
  expect(mailState({ ...mail, state: 'waiting' }, 'files')).toBe('waiting')
})
