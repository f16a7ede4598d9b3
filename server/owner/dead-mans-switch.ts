import { type EpochMs, HOUR_MS, MINUTE_MS, SECOND_MS, startOfHour } from '../../data/domain/time.ts'
import type { Logger } from '../log.ts'
import { startWorkLoop, type WorkLoop } from './work-loop.ts'

/** What has to be so for everything to work. */
export interface VitalSigns {
  readonly now: EpochMs
  /** Up to when everything is counted. */
  readonly watermark: EpochMs
  /** Start of the newest judged hour; null: there was nothing to judge yet. */
  readonly judgedHour: EpochMs | null
  /** When the oldest mail that waits was decided; null: none waits. */
  readonly oldestMailAt: EpochMs | null
}

/** Longer than any of it takes on a good day, and short enough to be told within the hour. */
const PATIENCE_MS = 15 * MINUTE_MS

/** Why nobody should believe that all is well because no mail came; null: everything works. */
export function whatDoesNotWork({ now, watermark, judgedHour, oldestMailAt }: VitalSigns): string | null {
  if (now - watermark > PATIENCE_MS) return 'counting is behind'
  const due = startOfHour(watermark) - HOUR_MS
  if (judgedHour !== null && judgedHour < due && now - (due + HOUR_MS) > PATIENCE_MS) return 'judging is behind'
  if (oldestMailAt !== null && now - oldestMailAt > PATIENCE_MS) return 'mails do not go out'
  return null
}

export interface DeadMansSwitchOptions {
  settings(): { readonly url: string; readonly everyMinutes: number }
  signs(): Promise<VitalSigns>
  readonly now: () => EpochMs
  readonly log: Logger
}

const LOOK_EVERY_MS = 5 * SECOND_MS
const TIMEOUT_MS = 10 * SECOND_MS

/**
 * Asks the address of the settings as long as everything works. Silence of Tidewatch itself (a full disk, a stopped machine, a mail server
 * that is gone) is then noticed by whoever waits for it there.
 */
export function startDeadMansSwitch({ settings, signs, now, log }: DeadMansSwitchOptions): WorkLoop {
  let lastAskedAt = Number.NEGATIVE_INFINITY
  let said: string | null = null
  /** The same trouble is logged once. */
  const say = (trouble: string | null) => {
    if (trouble !== null && trouble !== said) log.warn({ trouble }, "the dead man's switch is not asked")
    if (trouble === null && said !== null) log.info({}, "the dead man's switch is asked again")
    said = trouble
  }
  return startWorkLoop(
    async () => {
      const { url, everyMinutes } = settings()
      if (url === '' || now() - lastAskedAt < everyMinutes * MINUTE_MS) return
      const trouble = whatDoesNotWork(await signs())
      if (trouble !== null) return say(trouble)
      const failure = await ask(url)
      if (failure === null) lastAskedAt = now()
      say(failure)
    },
    { everyMs: LOOK_EVERY_MS, onError: (error) => log.error({ error }, "the dead man's switch has trouble") },
  )
}

/** Null: it answered 2xx. The path is often a secret, so the host is all that is said of it. */
async function ask(url: string): Promise<string | null> {
  const { host } = new URL(url)
  try {
    const answer = await fetch(url, { redirect: 'follow', signal: AbortSignal.timeout(TIMEOUT_MS) })
    await answer.body?.cancel()
    return answer.ok ? null : `${host} answers ${answer.status}`
  } catch (error) {
    if (!(error instanceof Error)) return `${host}: ${error}`
    if (error.name === 'TimeoutError') return `${host}: no answer within ${TIMEOUT_MS / SECOND_MS} s`
    return `${host}: ${error.cause instanceof Error ? error.cause.message : error.message}`
  }
}
