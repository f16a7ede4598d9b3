import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { DAY_MS, type EpochMs } from '../../data/domain/time.ts'
import type { LinkKeys } from '../../data/links/link-keys.ts'

/** What a link in a mail can do: take the incident, hold its mails back, or say what it was. */
export const LINK_ACTIONS = ['acknowledge', 'silence', 'real', 'false_alarm', 'expected'] as const
export type LinkAction = (typeof LINK_ACTIONS)[number]

/** For one incident, one action and one person: whoever the mail was addressed to. */
export interface ActionLink {
  readonly incident: number
  readonly action: LinkAction
  /** The recipient of the mail; the link acts in this name. */
  readonly recipient: string
  readonly madeAt: EpochMs
}

export const LINK_LASTS_MS = 7 * DAY_MS

/** Why a link does nothing. `elsewhere`: it is signed, but for another incident or action than its address says. */
export type LinkRefusal = 'forged' | 'expired' | 'revoked' | 'elsewhere'

/** `/act/13/acknowledge/<token>`: the address says what it is for, the token proves it. */
export function actionPath(link: ActionLink, { key }: Pick<LinkKeys, 'key'>): string {
  const { incident, action, recipient, madeAt } = link
  const claim = Buffer.from(JSON.stringify([incident, action, recipient, madeAt])).toString('base64url')
  return `/act/${incident}/${action}/${claim}.${signature(claim, key)}`
}

const ClaimSchema = z.tuple([z.int(), z.enum(LINK_ACTIONS), z.string(), z.number()])

/** What the parts of an action path are good for at `now`. Nothing of a claim is looked at before its signature fits. */
export function readActionLink(
  { incident, action, token }: { readonly incident: string; readonly action: string; readonly token: string },
  { key, revoked }: LinkKeys,
  now: EpochMs,
): { readonly kind: 'link'; readonly link: ActionLink } | { readonly kind: 'refused'; readonly why: LinkRefusal } {
  const [claim = '', given = '', ...rest] = token.split('.')
  if (rest.length > 0 || !isSame(given, signature(claim, key))) return { kind: 'refused', why: 'forged' }
  const parsed = ClaimSchema.safeParse(JSON.parse(Buffer.from(claim, 'base64url').toString()))
  // Signed by us and not ours: another version's.
  if (!parsed.success) return { kind: 'refused', why: 'expired' }
  const [ofIncident, ofAction, recipient, madeAt] = parsed.data
  if (String(ofIncident) !== incident || ofAction !== action) return { kind: 'refused', why: 'elsewhere' }
  if (now > madeAt + LINK_LASTS_MS) return { kind: 'refused', why: 'expired' }
  if (madeAt <= (revoked.get(ofIncident) ?? 0)) return { kind: 'refused', why: 'revoked' }
  return { kind: 'link', link: { incident: ofIncident, action: ofAction, recipient, madeAt } }
}

/** The name keeps a signature of ours for anything else from being one of a link. */
function signature(claim: string, key: Buffer): string {
  return createHmac('sha256', key).update(`tidewatch action link\n${claim}`).digest('base64url')
}

function isSame(given: string, right: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(right)]
  return one.length === other.length && timingSafeEqual(one, other)
}
