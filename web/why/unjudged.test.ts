import { expect, test } from 'vitest'
import type { Freshness } from '../../server/api/types.ts'
import { unjudgedWords } from './unjudged.ts'

const HOUR = Date.UTC(2014, 1, 6, 13)

const freshness = (judgedUpTo: string | null): Freshness => ({
  counted_up_to: '2014-02-06T14:22:00Z',
  judged_up_to: judgedUpTo,
  now: '2014-02-06T14:22:40Z',
  receivers: ['a'],
  waiting_segments: 0,
  oldest_waiting_seconds: 0,
  hours_until_full: null,
  mode: 'live',
})

test.each([
  { claim: 'a judged hour has its answer', hour: HOUR, judged: '2014-02-06T14:00:00Z', says: null },
  {
    claim: 'the running hour waits for its counts',
    hour: HOUR + 3_600_000,
    judged: '2014-02-06T14:00:00Z',
    says: 'Not judged yet: that is done when all of the hour is counted, and counted is up to 14:22 UTC.',
  },
  {
    claim: 'a counted hour waits for the judge, who says where he is',
    hour: HOUR,
    judged: '2014-01-22T13:00:00Z',
    says: 'Not judged yet: the judge is catching up, and has judged up to 22 Jan 2014, 13:00 UTC.',
  },
  {
    claim: 'before the first judged hour there is no place to name',
    hour: HOUR,
    judged: null,
    says: 'Not judged yet: the judge has only begun with the first hours.',
  },
])('$claim', ({ hour, judged, says }) => expect(unjudgedWords(hour, freshness(judged), 'utc')).toBe(says))
