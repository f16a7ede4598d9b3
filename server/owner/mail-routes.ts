import type { DigestPlan } from '../../alerts/email/decide-digest.ts'
import type { Incident } from '../../alerts/incident.ts'
import { SEVERITIES, type Severity } from '../../alerts/incidents/severity.ts'
import type { Route } from '../../alerts/routes/route.ts'
import { HOUR_MS } from '../../data/domain/time.ts'
import { type MailRouteSetting, minuteOf } from '../settings/mail-route-setting.ts'
import type { Settings } from '../settings/schema.ts'

/** Whom mails are addressed to where nobody is named and they are kept as files: a first start shows real mails. */
const NOBODY_YET = 'on-call@localhost'

/** Who is told what; what no route wants goes to those of `mail.to` and to the webhooks that no route names. */
export function mailRoutesOf(settings: Settings): readonly Route[] {
  const routes = settings.mail.routes.map(routeOf)
  const recipients = restOf(settings)
  if (recipients.length === 0) return routes
  const isOfNoRoute: Route['matches'] = (incident, severity) =>
    !routes.some((route) => route.matches(incident, severity))
  const name = routes.length === 0 ? 'all channels, all kinds' : 'what no other route is about'
  return [...routes, { name, recipients, matches: isOfNoRoute }]
}

function restOf({ mail, smtp, webhooks }: Settings): readonly string[] {
  const routed = new Set(mail.routes.flatMap(({ to }) => to))
  const hooks = Object.keys(webhooks)
    .map((name) => `webhook:${name}`)
    .filter((recipient) => !routed.has(recipient))
  const isNobodyNamed = mail.to.length === 0 && mail.routes.length === 0 && hooks.length === 0
  return isNobodyNamed && smtp.url === '' ? [NOBODY_YET] : [...mail.to, ...hooks]
}

function routeOf(setting: MailRouteSetting): Route {
  const { quietHours, repeatHours } = setting
  return {
    name: setting.name ?? describe(setting),
    recipients: setting.to,
    matches: (incident, severity) => isAbout(setting, incident, severity),
    repeatMs: repeatHours === undefined ? null : repeatHours * HOUR_MS,
    quietHours:
      quietHours === undefined
        ? null
        : {
            fromMinute: minuteOf(quietHours.from),
            toMinute: minuteOf(quietHours.to),
            timeZone: quietHours.timeZone,
          },
  }
}

/** What is about all channels, or about none (a gap, our own trouble), is about each of them. */
function isAbout(
  { channels, kinds, severity: least }: MailRouteSetting,
  incident: Incident,
  severity: Severity,
): boolean {
  const isAnyChannel = channels === undefined || incident.channels.includes('*')
  return (
    (isAnyChannel || incident.channels.some((channel) => channels.includes(channel))) &&
    (kinds === undefined || kinds.includes(incident.kind)) &&
    SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(least)
  )
}

/** `nightly, all kinds`; `all channels, invalid, high`. */
function describe({ channels, kinds, severity }: MailRouteSetting): string {
  const where = channels === undefined ? 'all channels' : channels.join(' + ')
  const what = kinds === undefined ? 'all kinds' : kinds.join(' + ')
  return `${where}, ${what}${severity === 'low' ? '' : `, from ${severity} severity`}`
}

/** Who gets the daily digest, and when; null: nobody does. */
export function digestPlanOf({ mail }: Settings): DigestPlan | null {
  const recipients = mail.digestTo.length > 0 ? mail.digestTo : mail.to
  if (mail.digestAt === '' || recipients.length === 0) return null
  return { recipients, minute: minuteOf(mail.digestAt), timeZone: mail.digestTimeZone }
}

/** What stands behind the @ of Message-IDs: the domain of the sender's address. */
export function mailHostOf({ mail }: Settings): string {
  return /@([A-Za-z0-9.-]+)>?$/.exec(mail.from)?.[1] ?? 'localhost'
}
