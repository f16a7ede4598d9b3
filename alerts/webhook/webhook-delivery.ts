import { createHmac } from 'node:crypto'
import { type EpochMs, SECOND_MS } from '../../data/domain/time.ts'
import type { HandOver } from '../email/sender/delivery-outcome.ts'

export interface WebhookSettings {
  readonly url: string
  /** Signs every message; empty: none is signed. */
  readonly secret: string
}

/** One message, the same at each attempt. */
export interface WebhookMessage {
  /** The Message-ID of the mail that it would have been: whoever gets it twice can tell. */
  readonly id: string
  /** JSON. */
  readonly body: string
}

const TIMEOUT_MS = 10_000
/** Answers that say of this message that it will never be taken. All others may be mended, on one side or the other. */
const FOR_EVER: ReadonlySet<number> = new Set([400, 405, 410, 413, 415, 422])
const LONGEST_ANSWER = 200

/**
 * Posts the message. Taken is what is answered 2xx within 10 s. Resolves always: expected trouble is an outcome. Redirections aren't
 * followed: the signed message goes where the settings say, or nowhere.
 */
export async function deliverByWebhook(
  message: WebhookMessage,
  settings: WebhookSettings,
  now: EpochMs,
): Promise<HandOver> {
  try {
    const answer = await fetch(settings.url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...webhookHeaders(message, settings, now) },
      body: message.body,
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    const said = (await answer.text())
      .replace(/[\s\p{Cc}]+/gu, ' ')
      .trim()
      .slice(0, LONGEST_ANSWER)
    if (answer.ok) return { kind: 'sent' }
    const error = `${hostOf(settings.url)} answers ${answer.status}${said === '' ? '' : ` (${said})`}`
    if (FOR_EVER.has(answer.status)) return { kind: 'refused', error }
    return { kind: 'failed', error, isServerWide: answer.status >= 500 || answer.status === 429 }
  } catch (error) {
    return { kind: 'failed', error: `${hostOf(settings.url)}: ${reasonOf(error)}`, isServerWide: true }
  }
}

/**
 * `Tidewatch-Delivery` names the message; `Tidewatch-Signature` is `t=<seconds>,v1=<hex>`: an HMAC-SHA256 with the secret over
 * `<seconds>.<body>`. The time is of this attempt, so that a receiver can refuse what somebody recorded and plays again.
 */
function webhookHeaders(
  { id, body }: WebhookMessage,
  { secret }: WebhookSettings,
  now: EpochMs,
): Record<string, string> {
  const delivery = { 'Tidewatch-Delivery': id, 'User-Agent': 'Tidewatch' }
  if (secret === '') return delivery
  const seconds = Math.floor(now / SECOND_MS)
  const signature = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')
  return { ...delivery, 'Tidewatch-Signature': `t=${seconds},v1=${signature}` }
}

/** The rest of the address may be a secret of its own. */
function hostOf(url: string): string {
  return new URL(url).host
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return `no answer within ${TIMEOUT_MS / SECOND_MS} s`
  return error.cause instanceof Error ? error.cause.message : error.message
}
