import type { CoverageInterval, DamagedStretch, DiscardedSubmission } from '../../data/converted/converted-record.ts'
import { applySchema } from '../../data/domain/dimension-schema.ts'
import { UNKNOWN } from '../../data/domain/dimensions.ts'
import { notedBytes } from '../../data/domain/noted-bytes.ts'
import { type EpochMs, HOUR_MS, startOfHour } from '../../data/domain/time.ts'
import type { ConversionRules } from '../../data/payload/read-submission.ts'
import { isAutomation } from '../../data/payload/submission.ts'
import type { Frame } from '../../data/spool/frame.ts'
import { parseImportName } from '../../data/spool/import-name.ts'
import type { SegmentHeader } from '../../data/spool/segment-piece.ts'
import { coverageOf } from './coverage.ts'

/** What a segment tells beside its submissions, gathered while it is read. */
export class SegmentFacts {
  readonly damaged: DamagedStretch[] = []
  readonly #heartbeats: EpochMs[] = []
  readonly #hours = new Set<EpochMs>()
  readonly #discarded: Extract<Frame, { kind: 'discarded' }>[] = []

  add(frame: Frame): void {
    this.#hours.add(startOfHour(frame.receivedAt))
    if (frame.kind === 'heartbeat') this.#heartbeats.push(frame.receivedAt)
    if (frame.kind === 'discarded') this.#discarded.push(frame)
  }

  /** When somebody listened, as far as the segment can tell. */
  coverage({ version, receiver, segment }: SegmentHeader, maxPauseMs: number): readonly CoverageInterval[] {
    const imported = parseImportName(segment)
    if (imported !== null && imported.origin !== 'v3') {
      // The servers of 2013 wrote no heartbeats. As with counts that are brought in: an hour with a submission was covered.
      return [...this.#hours].sort((a, b) => a - b).map((hour) => ({ receiver, from: hour, to: hour + HOUR_MS }))
    }
    // A log of 2013 as it lies, which nobody said anything of: when its server listened nobody knows.
    return version === 'v3' ? coverageOf(receiver, this.#heartbeats, maxPauseMs) : []
  }

  discarded(rules: ConversionRules): DiscardedSubmission[] {
    return this.#discarded.map(({ receivedAt, channel, cause, bytes, limitBytes = 0, sourceTags = '' }) => ({
      receivedAt,
      channel: countedChannel(channel, rules),
      cause,
      bytes: notedBytes(bytes),
      limitBytes,
      automation: isAutomation({ headers: { 'x-source-tags': sourceTags } }),
    }))
  }
}

function countedChannel(channel: string, { dimensions }: ConversionRules): string {
  const others = { reason: UNKNOWN, appName: UNKNOWN, appVersion: UNKNOWN, buildId: UNKNOWN }
  return applySchema({ ...others, channel: channel || UNKNOWN }, dimensions).channel
}
