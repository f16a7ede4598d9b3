import type { EpochMs } from '../../data/domain/time.ts'
import { DAY_MS } from '../../data/domain/time.ts'
import type { NewMail } from '../../data/outbox/outbox-row.ts'
import type { Incident } from '../incident.ts'
import { SEVERITIES, severity } from '../incidents/severity.ts'
import type { LearningProgress } from '../judge/verdict.ts'
import { lastLocalMinute } from '../routes/quiet-hours.ts'
import { formatDay } from '../sentence/format.ts'
import { asciiLine } from '../sentence/mail-subject.ts'
import { isSilenceActive, type Silence } from '../silence.ts'
import { shortHash } from './decide-mails.ts'
import type { Digest } from './mail-body.ts'

/** Who gets the daily digest, and at which minute of their local day. */
export interface DigestPlan {
  readonly recipients: readonly string[]
  readonly minute: number
  readonly timeZone: string
}

export interface DigestDecision {
  readonly plan: DigestPlan
  /** When the last one was decided; before there was any, when the service started. */
  readonly lastAt: EpochMs
  readonly incidents: readonly Incident[]
  readonly silences: readonly Silence[]
  readonly learning: ReadonlyMap<string, LearningProgress>
  readonly host: string
  readonly now: EpochMs
}

const LONGEST_MS = 7 * DAY_MS

/** The digest due at `now`, a mail for each recipient: one a day, and one for all of the days that were missed. */
export function decideDigest(decision: DigestDecision): NewMail[] {
  const { plan, lastAt, host, now } = decision
  if (lastAt >= lastLocalMinute(plan.minute, plan.timeZone, now)) return []
  const body = digestOf(decision)
  return [...new Set(plan.recipients)].map((recipient) => ({
    incident: 0,
    incidents: [],
    sequence: 0,
    trigger: 'digest',
    recipient,
    subject: body.subject,
    decidedAt: now,
    messageId: `<digest-${now.toString(36)}.${shortHash(recipient)}@${host}>`,
    body: JSON.stringify(body),
  }))
}

function digestOf({ incidents, silences, learning, lastAt, now }: DigestDecision): Digest {
  const since = Math.max(lastAt, now - LONGEST_MS)
  const open = incidents.filter(({ state }) => state === 'open' || state === 'recovering').sort(gravestFirst)
  const over = incidents.filter(({ resolvedAt }) => resolvedAt !== null && resolvedAt > since)
  return {
    kind: 'digest',
    decidedAt: now,
    subject: digestSubject(open, now),
    since,
    until: now,
    open,
    over,
    silences: silences.filter((silence) => isSilenceActive(silence, now)),
    learning: [...learning].map(([channel, progress]) => ({ channel, ...progress })),
  }
}

/** `[tidewatch] Thu 6 Feb: all quiet`, or how much isn't. */
function digestSubject(open: readonly Incident[], now: EpochMs): string {
  const names = [...new Set(open.flatMap(({ channels }) => channels))].filter((channel) => channel !== '*')
  const count = open.length === 1 ? '1 incident open' : `${open.length} incidents open`
  const where = names.length === 0 ? '' : ` (${names.slice(0, 4).join(', ')}${names.length > 4 ? ', ...' : ''})`
  return asciiLine(`[tidewatch] ${formatDay(now)}: ${open.length === 0 ? 'all quiet' : `${count}${where}`}`)
}

function gravestFirst(a: Incident, b: Incident): number {
  return SEVERITIES.indexOf(severity(b)) - SEVERITIES.indexOf(severity(a)) || a.start - b.start
}
