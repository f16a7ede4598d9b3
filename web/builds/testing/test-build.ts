import type { BuildAnswer } from '../build-verdict.ts'

interface TestBuild {
  readonly verdict?: BuildAnswer['verdict']
  readonly code?: BuildAnswer['reason']['code']
  readonly incident?: number
  readonly knownAt?: string
  readonly received?: number
  /** Whether something is said of its channel by it; true by default. */
  readonly isMaterial?: boolean
  readonly invalidRate?: number
  /** Hours after a Thursday at which it was first seen. */
  readonly hour?: number
  readonly share?: readonly (number | null)[]
  readonly invalid?: readonly (number | null)[]
}

export const TEST_FIRST_SEEN = Date.UTC(2014, 0, 16)

/** A build of which a test says only what matters. */
export function testBuild(buildId: string, given: TestBuild = {}): BuildAnswer {
  const { verdict = 'pass', code = 'no_trouble', incident = null, received = 100, invalidRate = 0.02 } = given
  const { hour = 0, share = [0.1, 0.2], invalid = [0.02, 0.02] } = given
  return {
    build_id: buildId,
    first_seen: new Date(TEST_FIRST_SEEN + hour * 3_600_000).toISOString(),
    received,
    share: 0.2,
    invalid_rate: invalidRate,
    is_material: given.isMaterial ?? true,
    adoption: { received: share.map((value) => (value === null ? null : value * 1000)), share, invalid_rate: invalid },
    verdict,
    reason: { code, text: '', incident },
    known_at: given.knownAt ?? null,
    expected: null,
  }
}
