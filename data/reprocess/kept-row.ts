import { z } from 'zod'
import { type FirstCounted, firstCountedText } from '../archive/first-counted.ts'
import type { ConvertedRecord, ProblemCause } from '../converted/converted-record.ts'
import type { Row } from '../counts/values.ts'
import { NO_PROBLEM, OUTCOMES, PROBLEMS, type Problem } from '../domain/outcome.ts'

/** A submission as a file of the archive or the quarantine has it, without its content. */
export interface KeptRow {
  readonly segment: string
  readonly record: ConvertedRecord
  /** As JSON; null where it was never converted later than it was counted. */
  readonly firstCounted: string | null
  readonly converterVersion: string
}

/** The columns that `keptRow` reads. */
export const KEPT_COLUMNS = `reason, app_name, app_version, build_id, received_at, document_id, outcome, problem, problems,
  causes, automation, attributes, duplicate_key, segment, frame, bytes, first_counted, converter_version`

const problem = z.enum(PROBLEMS)
const outcome = z.enum(OUTCOMES).exclude(['duplicate'])
const causes: z.ZodType<ProblemCause[]> = z.array(
  z.object({ problem, field: z.string(), value: z.string(), exception: z.string().optional() }),
)
const attributes = z.record(z.string(), z.string())

/** `channel`: that of its file. Throws where the row isn't as this program writes it. */
export function keptRow(row: Row, channel: string): KeptRow {
  const causesText = row.text('causes')
  return {
    segment: row.text('segment'),
    record: {
      frame: row.number('frame'),
      receivedAt: row.number('received_at'),
      documentId: row.text('document_id'),
      dimensions: {
        reason: row.text('reason'),
        appName: row.text('app_name'),
        appVersion: row.text('app_version'),
        channel,
        buildId: row.text('build_id'),
      },
      outcome: outcome.parse(row.text('outcome')),
      problem: z.enum([...PROBLEMS, NO_PROBLEM]).parse(row.text('problem')),
      problems: row.texts('problems').map((text): Problem => problem.parse(text)),
      causes: causesText === '' ? [] : causes.parse(JSON.parse(causesText)),
      automation: row.boolean('automation'),
      duplicateKey: row.textOrNull('duplicate_key'),
      bytes: row.number('bytes'),
      attributes: attributes.parse(JSON.parse(row.text('attributes'))),
    },
    firstCounted: row.textOrNull('first_counted'),
    converterVersion: row.text('converter_version'),
  }
}

/** What the counts went by when the submission was counted. */
export function firstCountedOf({ record, firstCounted }: KeptRow): string {
  const now: FirstCounted = record
  return firstCounted ?? firstCountedText(now)
}
