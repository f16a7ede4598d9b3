import { UNKNOWN } from '../../data/domain/dimensions.ts'
import type { DiscardCause } from '../../data/domain/discard.ts'
import type { Contribution, DiscardedNumbers, Explanation } from '../finding.ts'
import { discardedAt, discardedNumbers, joinedDiscarded, offeredAt } from '../judge/detect-discarded.ts'
import { place } from '../judge/window.ts'
import { DISCARD_WORDS, discardedSizes } from '../sentence/discarded-words.ts'
import { formatPercent } from '../sentence/format.ts'
import type { TroubleToExplain } from './explain-volume.ts'

const MOST_CARRIERS = 5
/** Less than this of a loss doesn't explain it. */
const TELLING_SHARE = 0.3

/**
 * What is discarded since the trouble's start: how large it is, against which limit, and on which channels. Nothing of it is
 * kept, so neither builds nor reasons can be named. All of `troubles` have the same cause.
 */
export function explainDiscarded(troubles: readonly TroubleToExplain[], cause: DiscardCause): Explanation {
  const carriers = troubles.map((trouble) => carrierOf(trouble, cause))
  const all = carriers.reduce((sum, { seen }) => sum + seen, 0)
  const sizes = joinedDiscarded(troubles.map(({ source, hour }) => discardedNumbers(source, cause, hour)))
  const sentences = [
    sizeSentence(sizes),
    troubles.some(({ channel }) => channel.name === UNKNOWN) ? 'Their paths name no channel: the share is of all.' : '',
    'Nothing of it is kept, and clients don’t send it again.',
  ]
  return {
    sentence: sentences.filter(Boolean).join(' '),
    carriers:
      carriers.length < 2
        ? []
        : carriers
            .map((own) => ({ ...own, shareRatio: all > 0 ? own.seen / all : 0 }))
            .sort((a, b) => b.shareRatio - a.shareRatio)
            .slice(0, MOST_CARRIERS),
  }
}

function sizeSentence(numbers: DiscardedNumbers): string {
  const sizes = discardedSizes(numbers)
  return sizes === '' ? '' : `${numbers.cause === 'body' ? 'Bodies' : 'Paths'} are ${sizes}.`
}

/**
 * Of a loss: how much of it came and was discarded, beyond what usually is. Empty where that is too little to be what broke.
 * `lost` is what is missing from the trouble's start on.
 */
export function discardedInstead({ channel, source, start, hour }: TroubleToExplain, lost: number): string {
  if (lost <= 0) return ''
  for (const cause of source.counts.discarded.keys()) {
    const usual = channel.discardRates.get(cause)?.usual[0] ?? Number.NaN
    let more = 0
    for (let h = start; h <= hour; h++) {
      if (channel.discardRated[place(h)] === 1) more += discardedAt(source, cause, h) - usual * offeredAt(source, h)
    }
    if (more < TELLING_SHARE * lost) continue
    const sizes = discardedSizes(discardedNumbers(source, cause, hour))
    const share = formatPercent(Math.min(1, more / lost))
    return `${share} of what is missing came and was ${DISCARD_WORDS[cause]}${sizes === '' ? '' : `: ${sizes}`}.`
  }
  return ''
}

function carrierOf({ channel, source, start, hour }: TroubleToExplain, cause: DiscardCause): Contribution {
  let expected = 0
  let seen = 0
  for (let h = start; h <= hour; h++) {
    if (channel.discardRated[place(h)] !== 1) continue
    expected += offeredAt(source, h)
    seen += discardedAt(source, cause, h)
  }
  return { dimension: 'channel', value: channel.name, expected, seen, shareRatio: 0 }
}
