import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { DAY_MS } from '../../data/domain/time.ts'
import { SpoolWriter } from '../../data/spool/spool-writer.ts'
import { pause } from '../support/tidewatch-process.ts'

/** What one of the senders sends: mostly what converts, some that waits in quarantine, some that is no submission. */
export interface Sent {
  readonly id: string
  readonly reason: string
  readonly path: string
  readonly body: Buffer
  /** The payload as the archive has to have it; null: the quarantine has the body as it was sent. */
  readonly converted: unknown
  isAcknowledged: boolean
}

/**
 * Sends new submissions one after the other; one that wasn't answered is sent again, as a browser would. Of what is no
 * submission at all a copy can't be told, so that isn't sent again.
 */
export async function sendForEver(url: string, sent: Sent[], isSending: () => boolean): Promise<void> {
  while (isSending()) {
    const submission = makeSubmission(sent.length)
    sent.push(submission)
    while (!submission.isAcknowledged && isSending()) {
      const answer = await fetch(url + submission.path, {
        method: 'POST',
        body: new Uint8Array(submission.body),
      }).catch(() => null)
      if (answer?.status === 200) submission.isAcknowledged = true
      else await pause(20)
      await answer?.arrayBuffer().catch(() => undefined)
      if (!isReadable(submission)) break
    }
  }
}

/** Leaves a closed segment for each of the last `days` days, as a receiver does that was away from the others for long. */
export async function spoolPastDays(state: string, days: number, sent: Sent[]): Promise<void> {
  for (let day = days; day >= 1; day--) {
    const writer = new SpoolWriter({
      spool: join(state, 'spool'),
      receiver: 'past',
      segmentMaxAgeMs: 1e9,
      segmentMaxBytes: 1e9,
      now: () => Date.now() - day * DAY_MS,
    })
    await writer.append({ kind: 'heartbeat' })
    for (let count = 0; count < 8; count++) {
      const submission = makeSubmission(sent.length)
      const { path, body } = submission
      await writer.append({ kind: 'submission', path, attributes: {}, body: [body] })
      sent.push({ ...submission, isAcknowledged: true })
    }
    await writer.stop()
  }
}

function makeSubmission(number: number): Sent {
  const id = randomUUID()
  const reason = number % 2 === 0 ? 'idle-daily' : 'saved-session'
  const path = `/submit/telemetry/${id}/${reason}/Firefox/29.0a1/nightly/20140201030204`
  const info = {
    reason,
    appName: 'Firefox',
    appVersion: '29.0a1',
    appUpdateChannel: 'nightly',
    appBuildID: '20140201030204',
  }
  const accepted = { ver: 1, info, simpleMeasurements: { uptime: number } }
  const converted = { ...accepted, ver: 2 }
  const unknownRevision = {
    ver: 1,
    info: { ...info, revision: 'https://hg.example.org/mozilla-central/rev/abcdef123456' },
    histograms: { X: { range: [1, 2], bucket_count: 3, histogram_type: 2, values: { 0: number, 1: 0 }, sum: 0 } },
  }
  const kinds = [
    { body: gzipSync(JSON.stringify(accepted)), converted },
    { body: Buffer.from(JSON.stringify(accepted)), converted },
    { body: gzipSync(JSON.stringify(unknownRevision)), converted: null },
    { body: Buffer.from(`no submission ${id}`), converted: null },
  ]
  const kind = kinds[number % kinds.length] ?? { body: Buffer.alloc(0), converted: null }
  return { id, reason, path, ...kind, isAcknowledged: false }
}

function isReadable(submission: Sent): boolean {
  return !submission.body.toString('latin1').startsWith('no submission')
}
