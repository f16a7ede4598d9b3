import type { KnownEvent } from '../../alerts/calendar/annotation.ts'
import { createPictureDrawer } from '../../alerts/email/picture/picture-drawer.ts'
import { readKeptMail, readKeptMailBytes } from '../../alerts/email/sender/kept-mail.ts'
import { createMailSender, type MailProblem, type MailSettings } from '../../alerts/email/sender/mail-sender.ts'
import type { Database } from '../../data/counts/database.ts'
import { type EpochMs, isoSeconds, SECOND_MS } from '../../data/domain/time.ts'
import type { Journal } from '../../data/journal/journal.ts'
import { readLinkKeys } from '../../data/links/link-keys.ts'
import type { OutboxRow } from '../../data/outbox/outbox-row.ts'
import { readMail, readMails } from '../../data/outbox/read-outbox.ts'
import type { MailReader } from '../api/api-context.ts'
import { incidentAnswer } from '../api/incident-answer.ts'
import type { MailSummary } from '../api/types.ts'
import type { Logger } from '../log.ts'
import type { Settings } from '../settings/schema.ts'
import { smtpSettings } from './smtp-settings.ts'
import { startWorkLoop } from './work-loop.ts'

/** The outbox at work, and as pages read it. */
export interface Outbox extends MailReader {
  /** There may be something to send. */
  wake(): void
  /** What is being sent is sent; the rest waits for the next start. */
  stop(): Promise<void>
}

const LOOK_EVERY_MS = 5000
const MOST_LISTED = 500
/** A mail goes without its picture rather than late. */
const PICTURE_TIMEOUT_MS = 4000

export async function createOutbox(options: {
  readonly database: Database
  readonly journal: Journal
  readonly folder: string
  /** What signs the links in mails. */
  readonly linkKeys: string
  readonly host: string
  settings(): Settings
  readonly log: Logger
  readonly now: () => EpochMs
  readonly pace: 'live' | 'replay'
  /** What people and the calendar say. */
  known(): readonly KnownEvent[]
  /** While false, mails wait: a history is judged first and told afterwards. */
  isTimeToSend(): boolean
  /** Mails were sent, refused, or have to wait. */
  readonly onChange: () => void
}): Promise<Outbox> {
  const { database, folder, log, now, pace } = options
  const pictures = createPictureDrawer(PICTURE_TIMEOUT_MS)
  const sender = await createMailSender({
    database,
    journal: options.journal,
    folder,
    settings: () => mailSettings(options.settings()),
    host: options.host,
    pictures,
    linkKeys: () => readLinkKeys(options.linkKeys, now()),
    describe: incidentAnswer,
    known: () => options.known(),
    mostPerHour: () => options.settings().mail.mostPerHour,
    onProblem: (problem) => logProblem(log, problem, now()),
  })
  const loop = startWorkLoop(
    async () => {
      if (!options.isTimeToSend()) return
      const round = await sender.deliver(now(), pace)
      if (round.sent + round.failed + round.refused > 0) options.onChange()
    },
    { everyMs: LOOK_EVERY_MS, onError: (error) => log.error({ error }, 'the outbox has trouble; it is tried again') },
  )

  const messageIdOf = async (id: number) => (await readMail(database, id))?.messageId ?? null
  return {
    wake: () => loop.wake(),
    async stop() {
      await loop.stop()
      await pictures.close()
    },
    async list(incident) {
      const rows = await readMails(database, { limit: MOST_LISTED, ...(incident === undefined ? {} : { incident }) })
      return rows.map(summary)
    },
    async html(id) {
      const messageId = await messageIdOf(id)
      return messageId === null ? null : ((await readKeptMail(folder, messageId))?.html ?? null)
    },
    async eml(id) {
      const messageId = await messageIdOf(id)
      return messageId === null ? null : readKeptMailBytes(folder, messageId)
    },
    delivery: () => (options.settings().smtp.url === '' ? 'files' : 'smtp'),
  }
}

function mailSettings({ mail, smtp, publicUrl, webhooks }: Settings): MailSettings {
  return {
    from: mail.from,
    smtp: smtp.url === '' ? null : smtpSettings(smtp),
    webhooks,
    publicUrl: publicUrl === '' ? null : publicUrl.replace(/\/+$/, ''),
  }
}

/** One line for each wait: what for, why, and until when. */
function logProblem(log: Logger, problem: MailProblem, now: EpochMs): void {
  switch (problem.kind) {
    case 'down':
    case 'failed': {
      const { nextAttemptAt, ...rest } = problem
      const again = { nextAttempt: isoSeconds(nextAttemptAt), inSeconds: Math.round((nextAttemptAt - now) / SECOND_MS) }
      log.warn(
        { ...rest, ...again },
        problem.kind === 'down' ? 'mails wait, and are tried again' : 'a mail waits, and is tried again',
      )
      return
    }
    case 'refused':
      log.error(problem, 'a recipient is refused for ever')
      return
    case 'no_picture':
      log.warn(problem, 'a mail goes without its picture')
  }
}

function summary(row: OutboxRow): MailSummary {
  return {
    id: row.id,
    incident: row.incident === 0 ? null : row.incident,
    trigger: row.trigger,
    subject: row.subject,
    recipient: row.recipient,
    decided_at: isoSeconds(row.decidedAt),
    state: row.state,
    sent_at: row.sentAt === null ? null : isoSeconds(row.sentAt),
    last_error: row.lastError,
  }
}
