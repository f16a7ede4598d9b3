import { WEBHOOK_RECIPIENT } from './mail-route-setting.ts'
import { type ResolvedSetting, settingProblem } from './resolved-setting.ts'
import type { Settings } from './schema.ts'
import type { ListenAddress } from './setting.ts'

/** What is wrong with settings that are each allowed, but not together. */
export function fittingProblems(settings: Settings, resolved: readonly ResolvedSetting[]): string[] {
  const problemOf = (path: string, use: string) => {
    const setting = resolved.find(({ name }) => name.path === path)
    return setting === undefined ? [] : [settingProblem(setting, use)]
  }
  return [
    ...exposureProblems(settings, problemOf),
    ...adminProblems(settings, problemOf),
    ...sharedAddressProblems(settings, problemOf),
    ...nobodyToldProblems(settings, problemOf),
    ...halfTlsProblems(settings, problemOf),
    ...unknownWebhookProblems(settings, problemOf),
  ]
}

type ProblemOf = (path: string, use: string) => string[]

/** Whoever reaches the dashboard reads everything: beyond this machine only if somebody said that this is meant. */
function exposureProblems({ dashboard }: Settings, problemOf: ProblemOf): string[] {
  if (isLoopback(dashboard.listen) || dashboard.exposeWithoutSignIn) return []
  return problemOf(
    'dashboard.listen',
    'an address of this machine only, such as 127.0.0.1:8081, since nobody has to sign in; ' +
      'where everybody who can reach it may see the dashboard, set dashboard.exposeWithoutSignIn to true',
  )
}

function sharedAddressProblems({ receive, dashboard }: Settings, problemOf: ProblemOf): string[] {
  if (!isSame(receive.listen, dashboard.listen)) return []
  return problemOf('dashboard.listen', 'another address than receive.listen: the open edge serves nothing else')
}

/** Metrics tell how much comes and how the machine is: they are for the same eyes as the dashboard. */
function adminProblems({ admin, receive, dashboard }: Settings, problemOf: ProblemOf): string[] {
  const { listen } = admin
  if (listen === null) return []
  if (isSame(listen, receive.listen)) {
    return problemOf('admin.listen', 'another address than receive.listen: the open edge serves nothing else')
  }
  if (isLoopback(listen) || dashboard.exposeWithoutSignIn) return []
  return problemOf(
    'admin.listen',
    'an address of this machine only, such as 127.0.0.1:8082, since nobody has to sign in; ' +
      'where everybody who can reach it may see the metrics, set dashboard.exposeWithoutSignIn to true',
  )
}

/** A mail server without anybody to write to looks like working alerts, and is none. */
function nobodyToldProblems({ smtp, mail }: Settings, problemOf: ProblemOf): string[] {
  if (smtp.url === '' || mail.to.length > 0 || mail.routes.length > 0) return []
  return problemOf('mail.to', 'at least one mail address, since smtp.url is set and somebody should be told')
}

function unknownWebhookProblems({ mail, webhooks }: Settings, problemOf: ProblemOf): string[] {
  const named = mail.routes.flatMap(({ to }) => to).flatMap((to) => WEBHOOK_RECIPIENT.exec(to)?.groups?.name ?? [])
  const unknown = named.filter((name) => !Object.hasOwn(webhooks, name))
  if (unknown.length === 0) return []
  const known = Object.keys(webhooks)
  const allowed = known.length === 0 ? 'there is none' : `there are ${known.join(', ')}`
  return problemOf('mail.routes', `webhooks that the setting webhooks names (${allowed}), not ${unknown.join(', ')}`)
}

function halfTlsProblems({ receive: { tls } }: Settings, problemOf: ProblemOf): string[] {
  if ((tls.certificate === '') === (tls.key === '')) return []
  return tls.key === ''
    ? problemOf('receive.tls.key', "the path of the certificate's private key, since receive.tls.certificate is set")
    : problemOf('receive.tls.certificate', 'the path of a certificate, since receive.tls.key is set')
}

function isSame(a: ListenAddress, b: ListenAddress): boolean {
  return a.port !== 0 && a.port === b.port && a.host === b.host
}

function isLoopback({ host }: ListenAddress): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}
