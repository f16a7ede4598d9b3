import { describe, expect, test } from 'vitest'
import type { MailSummary } from '../../server/api/types.ts'
import { foldReminders } from './fold-reminders.ts'

function mail(day: number, trigger: string, lastError: string | null = null): MailSummary {
  return {
    id: day,
    incident: 1,
    trigger,
    subject: '',
    recipient: 'on-call@example.org',
    decided_at: `2014-02-0${day}T01:00:00Z`,
    state: 'sent',
    sent_at: null,
    last_error: lastError,
  }
}

function rows(mails: readonly MailSummary[]): string[] {
  return foldReminders(mails).map((row) =>
    row.kind === 'mail' ? `${row.mail.id} ${row.mail.trigger}` : `${row.mails.length} until ${row.newest.slice(0, 10)}`,
  )
}

describe('reminders', () => {
  const all = [mail(6, 'resolved'), mail(5, 'reminder'), mail(4, 'worsened'), mail(3, 'reminder'), mail(1, 'opened')]

  test('are one row, where the newest stood, in either order', () => {
    expect(rows(all)).toEqual(['6 resolved', '2 until 2014-02-05', '4 worsened', '1 opened'])
    expect(rows([...all].reverse())).toEqual(['1 opened', '4 worsened', '2 until 2014-02-05', '6 resolved'])
  })

  test('stay a row each where there is one, or where one could not be sent', () => {
    expect(rows([mail(2, 'reminder'), mail(1, 'opened')])).toEqual(['2 reminder', '1 opened'])
    expect(rows([...all, mail(2, 'reminder', 'connection refused')])).toEqual([
      '6 resolved',
      '2 until 2014-02-05',
      '4 worsened',
      '1 opened',
      '2 reminder',
    ])
  })
})
