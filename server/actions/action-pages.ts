import { type Context, Hono } from 'hono'
import type { Incident } from '../../alerts/incident.ts'
import type { ActionResult, IncidentAction } from '../../alerts/incidents/act.ts'
import type { NewSilence, SilenceResult } from '../../alerts/incidents/silencing.ts'
import { type ActionLink, type LinkAction, readActionLink } from '../../alerts/links/action-link.ts'
import type { Silence } from '../../alerts/silence.ts'
import { type EpochMs, HOUR_MS } from '../../data/domain/time.ts'
import type { LinkKeys } from '../../data/links/link-keys.ts'
import { whatWasDone } from './done.ts'
import { askPage, donePage, overPage, refusedPage } from './pages.ts'

/** What the pages of links need of the service. */
export interface ActionDesk {
  keys(): Promise<LinkKeys>
  incidents(): readonly Incident[]
  silences(): readonly Silence[]
  /** Null: there is no such incident. */
  act(incident: number, action: IncidentAction): Promise<ActionResult | null>
  silence(wanted: NewSilence): Promise<SilenceResult>
  now(): EpochMs
  /** Where people reach the pages, if that is elsewhere than here. */
  publicUrl(): string
}

/** How long somebody may silence by a link; `over`: until the incident is. */
const SILENCE_HOURS: Readonly<Record<string, number | null>> = { over: null, 4: 4, 24: 24, 168: 168 }

const MOST_NOTE = 500
const MOST_BODY_BYTES = 8 * 1024

/**
 * `GET /act/:incident/:action/:token` shows what the link would do, with a button; `POST` does it. Programs that look into mails press
 * links, but no buttons. The token is all that is asked for: whoever has the mail may act, without signing in. Done again, by either, it
 * says what was done and changes nothing.
 */
export function actionPages(desk: ActionDesk): Hono {
  return new Hono()
    .use('/act/*', async (context, next) => {
      await next()
      // The address is the secret: nobody keeps it, and no other site hears of it.
      context.header('Cache-Control', 'no-store')
      context.header('Content-Security-Policy', POLICY)
      context.header('X-Robots-Tag', 'noindex')
    })
    .get('/act/:incident/:action/:token', (context) => answer(context, desk, show))
    .post('/act/:incident/:action/:token', async (context) => {
      if (!isOwnPage(context, desk.publicUrl())) return context.html(refusedPage('foreign'), 403)
      return answer(context, desk, perform)
    })
    .all('/act/*', (context) => context.html(refusedPage('forged'), 404))
}

const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

type Respond = (context: Context, desk: ActionDesk, link: ActionLink, incident: Incident) => Promise<Response>

async function answer(context: Context, desk: ActionDesk, respond: Respond): Promise<Response> {
  const { incident: number = '', action = '', token = '' } = context.req.param()
  const read = readActionLink({ incident: number, action, token }, await desk.keys(), desk.now())
  if (read.kind === 'refused') return context.html(refusedPage(read.why), 403)
  const incident = desk.incidents().find(({ id }) => id === read.link.incident)
  if (incident === undefined) return context.html(refusedPage('gone'), 404)
  return respond(context, desk, read.link, incident)
}

async function show(context: Context, desk: ActionDesk, link: ActionLink, incident: Incident): Promise<Response> {
  const done = whatWasDone(link, incident, desk.silences(), desk.now())
  if (done !== null) return context.html(donePage(incident, done))
  if (isOver(incident) && !isVerdict(link.action)) return context.html(overPage(incident))
  return context.html(askPage(incident, link.action, link.recipient))
}

async function perform(context: Context, desk: ActionDesk, link: ActionLink, incident: Incident): Promise<Response> {
  const done = whatWasDone(link, incident, desk.silences(), desk.now())
  if (done === null && !(isOver(incident) && !isVerdict(link.action))) {
    const form = await formOf(context)
    const said = await performAction(desk, link, form)
    if (said !== null) return context.html(donePage(incident, said))
  }
  // Shown by a GET of its own, so that reloading the page asks for nothing.
  // From here to here: what stands before the path is a proxy's to know.
  return context.redirect(`./${context.req.path.split('/').at(-1) ?? ''}`, 303)
}

/** Null: it is done. Else why there was nothing to do. */
async function performAction(
  desk: ActionDesk,
  { incident, action, recipient }: ActionLink,
  { note, until }: Form,
): Promise<string | null> {
  if (action === 'silence') {
    const hours = SILENCE_HOURS[until] ?? null
    const result = await desk.silence({
      matcher: { incident },
      until: hours === null ? null : desk.now() + hours * HOUR_MS,
      reason: note,
      author: recipient,
    })
    return result.kind === 'done' ? null : result.says
  }
  const result = await desk.act(incident, actionOf(action, recipient, note))
  return result === null || result.kind === 'done' ? null : result.says
}

function actionOf(action: Exclude<LinkAction, 'silence'>, by: string, note: string): IncidentAction {
  return action === 'acknowledge' ? { kind: 'acknowledge', by, note } : { kind: 'label', label: action, by, note }
}

interface Form {
  readonly note: string
  readonly until: string
}

async function formOf(context: Context): Promise<Form> {
  const length = Number(context.req.header('Content-Length') ?? 0)
  // A form of ours is short; anything else is none of ours, and its note isn't wanted.
  const form = length > 0 && length <= MOST_BODY_BYTES ? await context.req.parseBody() : {}
  const text = (name: string) => {
    const value = 'note' in form || 'until' in form ? new Map(Object.entries(form)).get(name) : undefined
    return typeof value === 'string' ? value : ''
  }
  const note = text('note')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, MOST_NOTE)
  return { note, until: text('until') }
}

function isOver({ state }: Incident): boolean {
  return state === 'resolved' || state === 'withdrawn'
}

function isVerdict(action: LinkAction): boolean {
  return action !== 'acknowledge' && action !== 'silence'
}

/**
 * Browsers say where a form stood: here, or at the public address, whose proxy need not pass that name on. What says nothing is no
 * browser, and nobody's session is misused.
 */
function isOwnPage(context: Context, publicUrl: string): boolean {
  const origin = context.req.header('Origin')
  if (origin === undefined) return true
  if (!URL.canParse(origin)) return false
  const { host } = new URL(origin)
  return host === context.req.header('Host') || (publicUrl !== '' && host === new URL(publicUrl).host)
}
