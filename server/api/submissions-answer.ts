import type { FoundSubmissions } from '../../data/archive/reading/find-submissions.ts'
import type { FoundCopy } from '../../data/archive/reading/found-copy.ts'
import { isoSeconds } from '../../data/domain/time.ts'
import type { SubmissionCopy, SubmissionsAnswer } from './types.ts'

/** What was found, as the API says it. */
export function submissionsAnswer({ copies, unreadSegments }: FoundSubmissions): SubmissionsAnswer {
  return { submissions: copies.map((copy) => answer(copy, copies)), unread_segments: unreadSegments }
}

function answer(copy: FoundCopy, all: readonly FoundCopy[]): SubmissionCopy {
  const { dimensions, causes, recoveredAt } = copy
  return {
    document_id: copy.documentId,
    received_at: new Date(copy.receivedAt).toISOString(),
    reason: dimensions.reason,
    app_name: dimensions.appName,
    app_version: dimensions.appVersion,
    channel: dimensions.channel,
    build_id: dimensions.buildId,
    outcome: copy.outcome,
    problem: copy.problem,
    problems: copy.problems,
    causes: causes.map(({ problem, field, value }) => ({ problem, field, value })),
    automation: copy.automation,
    bytes: copy.bytes,
    recovered_at: recoveredAt === null ? null : isoSeconds(recoveredAt),
    segment: copy.segment,
    frame: copy.frame,
    place: copy.place.kind,
    file: copy.place.file,
    duplicate_of: firstCopy(copy, all),
  }
}

/** The one that `copy` repeats, where that was found as well. */
function firstCopy(copy: FoundCopy, all: readonly FoundCopy[]): SubmissionCopy['duplicate_of'] {
  if (copy.outcome !== 'duplicate') return null
  const first = all.find(({ duplicateKey, outcome }) => duplicateKey === copy.duplicateKey && outcome !== 'duplicate')
  return first === undefined ? null : { segment: first.segment, frame: first.frame }
}
