import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DAY_MS, type EpochMs, HOUR_MS } from '../../data/domain/time.ts'
import type { NewMail } from '../../data/outbox/outbox-row.ts'
import type { Incident } from '../incident.ts'
import { act } from '../incidents/act.ts'
import { beginSilence, endedSilences, endSilence } from '../incidents/silencing.ts'
import type { Route } from '../routes/route.ts'
import type { Silence } from '../silence.ts'
import { makeIncident } from '../testing/make-incident.ts'
import { decideMails } from './decide-mails.ts'
import { parseMailBody } from './mail-body.ts'
import { threadKey } from './mail-thread.ts'
import { type Notification, parseNotification } from './notification.ts'
import { isEnd } from './notification-due.ts'
import { isBeginning } from './notifications-due.ts'

/**
 * Random weeks: incidents open, get worse, spread, end, begin again, are withdrawn or merged; people acknowledge, silence and close;
 * routes, quiet hours and limits change; the service is down for hours, or restarted. Whatever comes, what each
 * recipient was told of each incident must make sense to somebody who reads only that.
 */
type Step =
  | { readonly do: 'open'; readonly channel: string }
  | { readonly do: 'worsen' | 'recover' | 'end' | 'reopen' | 'withdraw' | 'spread' | 'merge'; readonly nth: number }
  | { readonly do: 'acknowledge' | 'close' | 'silence' | 'unsilence'; readonly nth: number }
  | { readonly do: 'silence_channel'; readonly channel: string; readonly hours: number }
  | { readonly do: 'route'; readonly routes: number }
  | { readonly do: 'limit'; readonly most: number }
  | { readonly do: 'sleep'; readonly hours: number }
  | { readonly do: 'restart' | 'wait' }

const CHANNELS = ['nightly', 'aurora', 'beta'] as const
const nth = fc.nat(7)
const channel = fc.constantFrom(...CHANNELS)
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('open' as const), channel }),
  fc.record({
    do: fc.constantFrom(...(['worsen', 'recover', 'end', 'reopen', 'withdraw', 'spread', 'merge'] as const)),
    nth,
  }),
  fc.record({ do: fc.constantFrom(...(['acknowledge', 'close', 'silence', 'unsilence'] as const)), nth }),
  fc.record({ do: fc.constant('silence_channel' as const), channel, hours: fc.integer({ min: 1, max: 30 }) }),
  fc.record({ do: fc.constant('route' as const), routes: fc.nat(4) }),
  fc.record({ do: fc.constant('limit' as const), most: fc.integer({ min: 2, max: 12 }) }),
  fc.record({ do: fc.constant('sleep' as const), hours: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ do: fc.constantFrom(...(['restart', 'wait'] as const)) }),
)

const everything = { name: 'everything', matches: () => true }
const nights = { fromMinute: 22 * 60, toMinute: 7 * 60, timeZone: 'Europe/Berlin' }
const ROUTES: readonly (readonly Route[])[] = [
  [{ ...everything, recipients: ['a@example.org', 'b@example.org'] }],
  [{ ...everything, recipients: ['b@example.org', 'c@example.org'] }],
  [{ ...everything, recipients: ['a@example.org'], quietHours: nights, repeatMs: 3 * HOUR_MS }],
  [{ name: 'nightly', recipients: ['c@example.org'], matches: ({ channels }) => channels.includes('nightly') }],
  [],
]

/** A world of incidents whose mails are decided as the shell decides them. */
class World {
  now: EpochMs = Date.UTC(2014, 1, 1, 15, 2)
  incidents: Incident[] = []
  silences: Silence[] = []
  threads = new Map<string, Notification>()
  routes: readonly Route[] = ROUTES[0] ?? []
  most = 12
  readonly mails: NewMail[] = []

  take(step: Step): void {
    switch (step.do) {
      case 'open':
        this.incidents.push(this.#opened(step.channel))
        break
      case 'route':
        this.routes = ROUTES[step.routes] ?? []
        break
      case 'limit':
        this.most = step.most
        break
      case 'sleep':
        this.now += step.hours * HOUR_MS
        break
      case 'restart':
        // What a restart knows is what was written down.
        for (const [key, last] of this.threads) this.threads.set(key, parseNotification(JSON.stringify(last)))
        break
      case 'silence_channel':
        this.#silence({ channel: step.channel }, this.now + step.hours * HOUR_MS)
        break
      case 'wait':
        break
      default:
        this.#change(step)
    }
    this.decide()
  }

  decide(): void {
    for (const { silence } of endedSilences(this.silences, this.incidents, this.now)) this.#put(silence)
    const recent = new Map<string, EpochMs[]>()
    for (const { recipient, decidedAt } of this.mails) {
      recent.set(recipient, [...(recent.get(recipient) ?? []), decidedAt])
    }
    const { incidents, threads, silences, routes, most: mostPerHour, now } = this
    const input = { incidents, threads, silences, routes, recent, mostPerHour, host: 'example.org', now }
    const decided = decideMails(input)
    this.mails.push(...decided.mails)
    for (const { incident, recipient, last } of decided.threads) threads.set(threadKey(incident, recipient), last)
    for (const { decidedAt, recipient } of decided.mails) {
      recent.set(recipient, [...(recent.get(recipient) ?? []), decidedAt])
    }
    expect(decideMails(input).mails, 'asked again, it has nothing to say').toEqual([])
  }

  /** Everything is over, and time goes by until nothing can wait any longer. */
  settle(): void {
    this.incidents = this.incidents.map((incident) => (isActive(incident) ? this.#over(incident) : incident))
    for (let hour = 0; hour < 4 * 24; hour++) {
      this.now += HOUR_MS
      this.decide()
    }
  }

  #opened(onChannel: string): Incident {
    const hour = Math.floor(this.now / HOUR_MS) * HOUR_MS - HOUR_MS
    const id = this.incidents.length + 1
    return makeIncident({
      id,
      channels: [onChannel],
      start: hour,
      detectedAt: hour + HOUR_MS,
      latest: { hour, seen: 2300 },
    })
  }

  #change(step: Extract<Step, { readonly nth: number }>): void {
    const index = this.incidents.length === 0 ? -1 : step.nth % this.incidents.length
    const incident = this.incidents[index]
    if (step.do === 'unsilence') {
      const silence = this.silences[step.nth % Math.max(1, this.silences.length)]
      if (silence === undefined) return
      const result = endSilence(silence, { by: 'mreid', incidents: this.incidents, now: this.now })
      if (result.kind === 'done') this.#put(result.silence)
    } else if (incident !== undefined) {
      this.incidents[index] = this.#changed(incident, step.do, step.nth)
    }
  }

  #changed(incident: Incident, what: Extract<Step, { readonly nth: number }>['do'], by: number): Incident {
    const { latest } = incident
    if (what === 'reopen') return incident.state === 'resolved' ? this.#reopened(incident) : incident
    if (!isActive(incident)) return incident
    switch (what) {
      case 'worsen':
        return { ...incident, state: 'open', latest: { ...latest, seen: latest.seen * 0.6 } }
      case 'recover':
        return { ...incident, state: 'recovering' }
      case 'end':
        return this.#over(incident)
      case 'withdraw':
        return { ...this.#over(incident), state: 'withdrawn' }
      case 'spread':
        return { ...incident, channels: [...new Set([...incident.channels, CHANNELS[by % 3] ?? ''])] }
      case 'merge':
        return this.#merged(incident)
      case 'silence':
        this.#silence({ incident: incident.id }, null)
        return incident
      case 'acknowledge':
      case 'close': {
        const kind = what === 'close' ? 'resolve' : what
        const result = act(incident, { kind, by: 'mreid', note: '' }, this.now)
        return result.kind === 'done' ? result.incident : incident
      }
      default:
        return incident
    }
  }

  #over(incident: Incident): Incident {
    return { ...incident, state: 'resolved', resolvedAt: this.now, end: this.now }
  }

  #reopened(incident: Incident): Incident {
    if (incident.mergedInto !== undefined) return incident
    const reopenings = [...(incident.reopenings ?? []), this.now]
    return { ...incident, state: 'open', resolvedAt: null, end: null, acknowledged: null, reopenings }
  }

  #merged(incident: Incident): Incident {
    const older = this.incidents.find((other) => other.id < incident.id && isActive(other))
    if (older === undefined) return incident
    const channels = [...new Set([...older.channels, ...incident.channels])]
    this.incidents[older.id - 1] = { ...older, channels, absorbed: [...(older.absorbed ?? []), incident.id] }
    return { ...this.#over(incident), mergedInto: older.id }
  }

  #silence(matcher: Silence['matcher'], until: EpochMs | null): void {
    const wanted = { matcher, until, reason: 'known', author: 'mreid' }
    const at = { id: this.silences.length + 1, incidents: this.incidents, now: this.now }
    const result = beginSilence(wanted, at)
    if (result.kind === 'done') this.#put(result.silence)
  }

  #put(silence: Silence): void {
    this.silences = [...this.silences.filter(({ id }) => id !== silence.id), silence].sort((a, b) => a.id - b.id)
  }
}

function isActive({ state }: Incident): boolean {
  return state === 'open' || state === 'recovering'
}

/** What each recipient reads of each incident, in order; what goes on in a merged one's thread begins there. */
function threadsRead(mails: readonly NewMail[]): ReadonlyMap<string, readonly Notification[]> {
  const read = new Map<string, Notification[]>()
  const add = (incident: number, recipient: string, told: Notification) => {
    const key = threadKey(incident, recipient)
    read.set(key, [...(read.get(key) ?? []), told])
  }
  for (const { body, recipient, incidents } of mails) {
    const content = parseMailBody(body)
    if (content.kind === 'catch_up') for (const told of content.notifications) add(told.incident.id, recipient, told)
    if (content.kind !== 'incident') continue
    const { notification } = content
    add(notification.incident.id, recipient, notification)
    const [, heir] = incidents
    if (heir !== undefined) add(heir, recipient, { ...notification, trigger: 'opened' })
  }
  return read
}

function lived(steps: readonly Step[]): World {
  const world = new World()
  for (const step of steps) {
    world.take(step)
    world.now += HOUR_MS / 4
    world.decide()
  }
  world.settle()
  return world
}

/** Long ones too: most of what goes wrong needs an incident that was told, and several things after it. */
const weeks = fc.array(step, { minLength: 1, maxLength: 60, size: 'max' })

test('who was told a beginning is told one end, in the same thread, and nothing twice', () => {
  fc.assert(
    fc.property(weeks, (steps) => {
      const { mails } = lived(steps)
      expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(mails.length)
      for (const [thread, told] of threadsRead(mails)) {
        expect(new Set(told.map(({ subject }) => subject)).size, `${thread} has one subject`).toBe(1)
        expect(storyOf(told), thread).toMatch(/^(B[nar]*E)+$/)
      }
    }),
    { numRuns: 300 },
  )
})

/** B: it begins (again), E: it ends, r: a reminder, a: somebody has it, n: other news. */
function storyOf(told: readonly Notification[]): string {
  return told
    .map(({ trigger }) => {
      if (isBeginning(trigger)) return 'B'
      if (isEnd(trigger)) return 'E'
      return trigger === 'reminder' ? 'r' : trigger === 'acknowledged' ? 'a' : 'n'
    })
    .join('')
}

test('reminders come only while nobody has it, an acknowledgement once, and news apart', () => {
  fc.assert(
    fc.property(weeks, (steps) => {
      for (const told of threadsRead(lived(steps).mails).values()) {
        for (const [index, { trigger, incident, decidedAt }] of told.entries()) {
          const before = told[index - 1]
          if (trigger === 'reminder') {
            expect(incident.acknowledged).toBeNull()
            expect(incident.state).toBe('open')
            expect(decidedAt - (before?.decidedAt ?? 0)).toBeGreaterThan(HOUR_MS)
          }
          if (trigger === 'acknowledged') expect(before?.incident.acknowledged).not.toEqual(incident.acknowledged)
          if (trigger === 'worsened' || trigger === 'widened') {
            const lastNews = told
              .slice(0, index)
              .findLast(({ trigger: earlier }) => earlier !== 'acknowledged' && earlier !== 'reminder')
            expect(decidedAt - (lastNews?.decidedAt ?? 0)).toBeGreaterThanOrEqual(HOUR_MS)
          }
        }
      }
    }),
    { numRuns: 150 },
  )
})

test('nobody gets more mails in an hour than the limit, nor anything that was silenced from the first', () => {
  fc.assert(
    fc.property(
      weeks.map((steps) => steps.filter((each) => each.do !== 'limit')),
      fc.integer({ min: 2, max: 6 }),
      (steps, most) => {
        const { mails } = lived([{ do: 'limit', most }, ...steps])
        for (const { recipient, decidedAt } of mails) {
          const within = mails.filter(
            (mail) =>
              mail.recipient === recipient && mail.decidedAt > decidedAt - HOUR_MS && mail.decidedAt <= decidedAt,
          )
          expect(within.length).toBeLessThanOrEqual(most)
        }
      },
    ),
    { numRuns: 100 },
  )
})

test('a restart, or a reload that changes nothing, is told to nobody', () => {
  fc.assert(
    fc.property(weeks, (steps) => {
      const restarts = steps.flatMap((each): Step[] => [each, { do: 'wait' }])
      const withRestarts = steps.flatMap((each): Step[] => [each, { do: 'restart' }])
      const told = (week: readonly Step[]) =>
        lived(week).mails.map(({ messageId, trigger }) => `${trigger} ${messageId}`)
      expect(told(withRestarts)).toEqual(told(restarts))
    }),
    { numRuns: 60 },
  )
})

test('downtime over many troubles costs each recipient one mail for all that goes on', () => {
  const world = new World()
  for (const name of CHANNELS)
    world.incidents.push({ ...makeIncident(), id: world.incidents.length + 1, channels: [name] })
  world.now = Date.UTC(2014, 1, 1, 15, 2) + DAY_MS
  world.decide()
  expect(world.mails.map(({ trigger, recipient, incidents }) => ({ trigger, recipient, incidents }))).toEqual([
    { trigger: 'catch_up', recipient: 'a@example.org', incidents: [1, 2, 3] },
    { trigger: 'catch_up', recipient: 'b@example.org', incidents: [1, 2, 3] },
  ])
  world.settle()
  const ends = world.mails.filter(({ recipient, trigger }) => recipient === 'a@example.org' && trigger === 'resolved')
  expect(ends.map(({ incident }) => incident)).toEqual([1, 2, 3])
  expect(new Set(ends.map(({ subject }) => subject))).toEqual(new Set([world.mails[0]?.subject]))
})
