import type { Dimensions } from '../domain/dimensions.ts'

/**
 * What the counts say of a submission that was converted (or got its histograms back) later than it was counted: counts are never
 * moved, so whoever makes them anew from the archive needs what they went by. Kept as JSON in the column `first_counted`, under the
 * names of the columns.
 */
export interface FirstCounted {
  readonly dimensions: Dimensions
  readonly outcome: string
  readonly problem: string
  readonly attributes: Readonly<Record<string, string>>
}

export function firstCountedText({ dimensions, outcome, problem, attributes }: FirstCounted): string {
  const { channel, appName, appVersion, buildId, reason } = dimensions
  return JSON.stringify({
    channel,
    app_name: appName,
    app_version: appVersion,
    build_id: buildId,
    reason,
    outcome,
    problem,
    attributes,
  })
}
