import { checkSmtp, type SmtpCheck } from '../../alerts/email/sender/check-smtp.ts'
import { formatTime } from '../../alerts/sentence/format.ts'
import { DAY_MS, type EpochMs } from '../../data/domain/time.ts'
import { smtpSettings } from '../owner/smtp-settings.ts'
import type { Settings } from '../settings/schema.ts'
import type { DoctorFinding } from './finding.ts'

/** The mail server as a mail would meet it, and whether anybody would get one. Nothing is mailed. */
export async function checkMail(settings: Settings, now: EpochMs): Promise<DoctorFinding[]> {
  return [await mailServer(settings, now), recipients(settings), sender(settings), links(settings)]
}

async function mailServer({ smtp }: Settings, now: EpochMs): Promise<DoctorFinding> {
  const about = 'mail server'
  if (smtp.url === '') {
    return { about, verdict: 'mind', says: 'smtp.url is not set: mails are kept as files and reach nobody.' }
  }
  try {
    return { about, ...serverWords(await checkSmtp(smtpSettings(smtp)), now) }
  } catch (error) {
    return { about, verdict: 'wrong', says: `${error instanceof Error ? error.message : error}.` }
  }
}

/** A certificate that ends sooner than this is told: renewing takes people. */
const ENDS_SOON_MS = 14 * DAY_MS

export function serverWords(check: SmtpCheck, now: EpochMs): Pick<DoctorFinding, 'verdict' | 'says'> {
  if (check.kind === 'trouble') {
    return { verdict: 'wrong', says: `${check.server}, ${check.at}: ${check.error}.` }
  }
  const { server, encryption, protocol, certificateEndsAt, user } = check
  const tls = encryption === 'none' ? 'without encryption' : `over ${encryption} (${protocol ?? 'TLS'})`
  const who = user === null ? 'without signing in' : `signed in as ${user}`
  const reached = `${server} answers ${tls}, ${who}.`
  if (certificateEndsAt !== null && certificateEndsAt - now < ENDS_SOON_MS) {
    return { verdict: 'mind', says: `${reached} Its certificate ends ${formatTime(certificateEndsAt)} UTC.` }
  }
  return { verdict: 'well', says: reached }
}

function recipients({ mail, webhooks }: Settings): DoctorFinding {
  const about = 'recipients'
  const all = [
    ...new Set([...mail.to, ...mail.routes.flatMap(({ to }) => to)]),
    ...Object.keys(webhooks).map((name) => `webhook ${name}`),
  ]
  if (all.length > 0) return { about, verdict: 'well', says: `${all.join(', ')}.` }
  return { about, verdict: 'mind', says: 'mail.to names nobody, so nobody is told.' }
}

function sender({ mail, smtp }: Settings): DoctorFinding {
  const about = 'sender'
  if (smtp.url !== '' && /@localhost>?$/.test(mail.from)) {
    return {
      about,
      verdict: 'mind',
      says: `mail.from is "${mail.from}": most servers refuse mail from localhost, so use an address of your domain.`,
    }
  }
  return { about, verdict: 'well', says: `${mail.from}.` }
}

function links({ publicUrl }: Settings): DoctorFinding {
  const about = 'links in mails'
  if (publicUrl !== '') return { about, verdict: 'well', says: `They lead to ${publicUrl}.` }
  return {
    about,
    verdict: 'mind',
    says: 'publicUrl is not set: mails have no links, and nobody can acknowledge from one.',
  }
}
