import type { EpochMs } from '../../../data/domain/time.ts'
import { formatTime } from '../../sentence/format.ts'
import { bulletinHtml } from './bulletin-html.tsx'
import { bulletinText } from './bulletin-text.ts'
import type { ComposedMail } from './compose-mail.ts'
import { plain } from './words.ts'

/** The mail of `tidewatch mail test`: it looks as all others, and is about nothing. */
export function testMail({ host, now }: { readonly host: string; readonly now: EpochMs }): ComposedMail {
  const subject = '[tidewatch] this is a test'
  const bulletin = {
    head: {
      title: subject,
      preheader: 'Mails of this Tidewatch arrive here.',
      notices: [],
      state: { mark: '○', text: 'Test', isWrong: false },
      about: '',
      headline: plain('Mails of this Tidewatch arrive here.'),
      cause: plain(`Somebody asked for this one on ${formatTime(now)} UTC. It is about nothing that happened.`),
    },
    sections: [],
    weeks: [],
    buttons: [],
    foot: ['Sent by "tidewatch mail test".'],
  }
  return {
    subject,
    text: bulletinText(bulletin),
    html: bulletinHtml(bulletin),
    headers: {
      'List-Id': `<test.tidewatch.${host}>`,
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      'X-Tidewatch-Trigger': 'test',
    },
  }
}
