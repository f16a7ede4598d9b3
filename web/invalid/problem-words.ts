/** What a problem means, for those who didn't name it. */
const WORDS: Readonly<Record<string, string>> = {
  bad_histogram: 'a histogram is not as its specification says; it was taken out',
  unknown_histogram: 'a histogram is in no specification; it was taken out',
  dimension_mismatch: 'path and payload name different dimensions; the payload wins',
  missing_revision: 'the payload names no revision of its build',
  invalid_revision: 'the address of the revision is none that is known',
  unknown_revision: 'nobody has heard of the revision yet',
  specification_unavailable: 'the specification could not be had; our own trouble',
  histograms_lost: 'more than a tenth of the histograms would be lost',
  unknown_version: 'a version of the payload that is not known',
  empty_data: 'there is no body',
  bad_compression: 'the body does not inflate',
  too_large_inflated: 'the body is too large once inflated',
  bad_json: 'the body is no JSON',
  bad_payload: 'the body is JSON, and no submission',
  invalid_path: 'the path is none of a submission',
  corrupted_data: 'a stretch of the spool was damaged',
}

export function problemWords(problem: string): string {
  return WORDS[problem] ?? ''
}

/** These convert by themselves when the specification comes. */
export function mendsItself(problem: string): boolean {
  return problem === 'unknown_revision' || problem === 'specification_unavailable'
}
