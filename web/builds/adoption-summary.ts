import { isKnown } from '../charts/water.ts'
import { rate } from '../words/number.ts'
import type { AdoptionShapes } from './adoption-shapes.ts'
import { ageWord } from './age-readout.ts'
import type { BuildAnswer } from './build-verdict.ts'

/** The picture in one sentence. */
export function adoptionSummary(channel: string, build: BuildAnswer, shapes: AdoptionShapes, verdict: string): string {
  const { end, seen, low, high, invalid } = shapes
  const start = `${channel}, build ${build.build_id}: ${verdict}`
  if (end === null) return `${start}; nothing of it is known yet.`
  const [own, least, most, bad] = [seen[end], low[end], high[end], invalid[end]]
  const water = isKnown(least) && isKnown(most) ? `, where earlier builds had ${rate(least)} to ${rate(most)}` : ''
  const share = isKnown(own) ? `${rate(own)} of the channel` : 'an unknown share of the channel'
  const rotten = isKnown(bad) ? `; ${rate(bad)} of it invalid` : ''
  return `${start}. At ${ageWord(end)} it had ${share}${water}${rotten}.`
}
