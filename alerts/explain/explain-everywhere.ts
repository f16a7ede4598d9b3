import type { Contribution, Explanation } from '../finding.ts'
import { usualCount } from '../judge/expectation.ts'
import { at, place } from '../judge/window.ts'
import { formatPercent } from '../sentence/format.ts'
import type { TroubleToExplain } from './explain-volume.ts'

/** Several channels lose together: by how much each, the one with the largest part of what is missing first. */
export function explainEverywhere(troubles: readonly TroubleToExplain[]): Explanation {
  const channels = troubles.map(compareChannel)
  const lost = channels.reduce((sum, { expected, seen }) => sum + expected - seen, 0)
  const carriers = channels
    .map((own) => ({ ...own, shareRatio: lost === 0 ? 0 : Math.min(1, Math.max(0, (own.expected - own.seen) / lost)) }))
    .sort((a, b) => b.shareRatio - a.shareRatio)
  const each = carriers
    .filter(({ expected }) => expected > 0)
    .map(({ value, expected, seen }) => `${value} by ${formatPercent(Math.abs(1 - seen / expected))}`)
  const verb = lost >= 0 ? 'fell' : 'rose'
  return {
    sentence: each.length === 0 ? '' : `They ${verb} together: ${each.join(', ')}.`,
    carriers: carriers.slice(0, 5),
  }
}

function compareChannel({ channel, start, hour }: TroubleToExplain): Contribution {
  const [all] = channel.series
  let expected = 0
  let seen = 0
  for (let h = start; h <= hour; h++) {
    const usual = all === undefined ? Number.NaN : usualCount(all, h, h)
    if (all === undefined || channel.known[place(h)] !== 1 || Number.isNaN(usual)) continue
    expected += usual
    seen += at(all.counts, place(h))
  }
  return { dimension: 'channel', value: channel.name, expected, seen, shareRatio: 0 }
}
