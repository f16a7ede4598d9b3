import type { Contribution } from '../../finding.ts'
import type { Incident } from '../../incident.ts'
import { formatEstimate, formatOfExpected, formatPercent } from '../../sentence/format.ts'

export interface Carriers {
  /** Headings of the three columns of numbers, and of the share. */
  readonly headings: readonly [string, string, string, string]
  readonly rows: readonly CarrierRow[]
}

export interface CarrierRow {
  readonly dimension: string
  readonly value: string
  readonly numbers: readonly [string, string, string]
  /** The third number proves the trouble. */
  readonly isProof: boolean
  /** 0 to 1. */
  readonly shareRatio: number
  readonly share: string
}

export function carriers(incident: Incident): Carriers | null {
  // What was nothing after all is carried by nothing.
  const rows = incident.state === 'withdrawn' ? [] : incident.explanation.carriers.slice(0, 5)
  if (rows.length === 0) return null
  if (incident.group === 'invalid') {
    return {
      headings: ['Received', 'Invalid', 'Invalid rate', 'Share of what is invalid'],
      rows: rows.map((row) =>
        carrierRow(
          row,
          (ratio) => formatPercent(ratio, 1),
          (ratio) => {
            return ratio > PROOF_RATE_RATIO || row.value === incident.series.problem
          },
        ),
      ),
    }
  }
  if (incident.group === 'novelty') {
    return {
      headings: ['Received', 'Have it', 'Share', 'Share of what is received'],
      rows: rows.map((row) =>
        carrierRow(
          row,
          (ratio) => formatPercent(ratio, 1),
          () => false,
        ),
      ),
    }
  }
  if (incident.group === 'discarded') {
    return {
      headings: ['Sent', 'Discarded', 'Share discarded', 'Share of what is discarded'],
      rows: rows.map((row) =>
        carrierRow(
          row,
          (ratio) => formatPercent(ratio, 1),
          () => true,
        ),
      ),
    }
  }
  return {
    headings: [
      'Expected',
      'Seen',
      'Of expected',
      incident.group === 'surge' ? 'Share of the surplus' : 'Share of what is missing',
    ],
    rows: rows.map((row) => carrierRow(row, formatOfExpected, (ratio) => Math.abs(1 - ratio) > PROOF_DISTANCE_RATIO)),
  }
}

/** What carries less than this doesn't prove anything. */
const PROOF_SHARE_RATIO = 0.1

/** What came nearly as expected doesn't either, though it carries all: 0.96 of one reason over builds that are well. */
const PROOF_DISTANCE_RATIO = 0.1

const PROOF_RATE_RATIO = 0.1

function carrierRow(
  row: Contribution,
  format: (ratio: number) => string,
  proves: (ratio: number) => boolean,
): CarrierRow {
  const shareRatio = Math.min(1, Math.max(0, row.shareRatio))
  const ratio = row.expected > 0 ? row.seen / row.expected : null
  return {
    dimension: DIMENSION_WORDS[row.dimension],
    value: row.value,
    numbers: [formatEstimate(row.expected), formatEstimate(row.seen), ratio === null ? '–' : format(ratio)],
    isProof: shareRatio >= PROOF_SHARE_RATIO && ratio !== null && proves(ratio),
    shareRatio,
    share: formatPercent(shareRatio),
  }
}

const DIMENSION_WORDS: Readonly<Record<Contribution['dimension'], string>> = {
  reason: 'reason',
  build: 'build',
  app_version: 'version',
  app_name: 'application',
  problem: 'problem',
  attribute: 'attribute',
  channel: 'channel',
}
