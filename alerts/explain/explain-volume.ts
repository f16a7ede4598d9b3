import type { Contribution, Explanation, SeriesKey } from '../finding.ts'
import type { ChannelCounts } from '../judge/builds.ts'
import { expectedCount } from '../judge/expectation.ts'
import type { ChannelMemory, SeriesMemory } from '../judge/memory.ts'
import { reasonWithin } from '../judge/meter.ts'
import { at, DAY_HOURS, type HourNumber, place } from '../judge/window.ts'
import { formatList, formatPercent } from '../sentence/format.ts'
import { discardedInstead } from './explain-discarded.ts'
import { silentBuilds } from './silent-builds.ts'

export interface TroubleToExplain {
  readonly channel: ChannelMemory
  readonly source: ChannelCounts
  readonly series: SeriesKey
  readonly start: HourNumber
  /** The last hour that counts. */
  readonly hour: HourNumber
}

const MOST_CARRIERS = 5
/** A value is named when it carries this much of what is missing, */
const NAMED_SHARE = 0.8
/** and wasn't this much of the channel anyway. */
const ORDINARY_SHARE = 0.7
/** A build is blamed when less than this of what it should send of a reason comes. */
const BLAMED_RATIO = 0.6
const LEAST_EXPECTED = 20
/** Users of a build are first seen this long before what it breaks shows in the channel. */
const BUILDS_BEFORE_HOURS = 36

/**
 * Who carries what is missing (or, for a surge, too much) since the trouble's start: reason, builds, version, attribute; before
 * all else, what did come and was discarded.
 */
export function explainVolume(trouble: TroubleToExplain): Explanation {
  const [all, ...reasons] = trouble.channel.series
  if (all === undefined) return NOTHING_KNOWN
  const whole = compare('reason', all.reason, series(all, trouble))
  const explanation = explainWhole(trouble, { all, reasons, whole })
  const discarded = discardedInstead(trouble, whole.expected - whole.seen)
  return discarded === '' ? explanation : { ...explanation, sentence: `${discarded} ${explanation.sentence}`.trimEnd() }
}

function explainWhole(
  trouble: TroubleToExplain,
  {
    all,
    reasons,
    whole,
  }: { readonly all: SeriesMemory; readonly reasons: readonly SeriesMemory[]; readonly whole: Contribution },
): Explanation {
  const lost = whole.expected - whole.seen
  const byReason = reasons.map((reason) => compare('reason', reason.reason, series(reason, trouble)))
  const shared = withShares(byReason, lost)
  const reason = trouble.series.reason ?? named(shared, whole.expected)?.value
  const reasonMemory = reasons.find((own) => own.reason === reason)
  if (reasonMemory !== undefined) return explainReason(trouble, all, reasonMemory, shared)
  const byVersion = withShares(
    usualShares(trouble, 'app_version', trouble.source.counts.appVersions, whole.expected),
    lost,
  )
  const byAttribute = [...trouble.source.counts.attributes].flatMap(([attribute, values]) =>
    withShares(usualShares(trouble, 'attribute', values, whole.expected, `${attribute}=`), lost),
  )
  const silent = lost > 0 ? silentBuilds(trouble) : null
  const culprit = silent === null ? named([...byVersion, ...byAttribute], whole.expected) : null
  const carriers = [...(culprit === null ? [] : [culprit]), ...shared].slice(0, MOST_CARRIERS)
  if (culprit !== null) return { sentence: `${shareOf(culprit)} is ${spoken(culprit)}.`, carriers }
  const alike =
    reasons.length > 1 ? `${formatList(reasons.map((own) => own.reason))} ${lost > 0 ? 'fall' : 'rise'} alike.` : ''
  return {
    sentence: [silent?.sentence, alike].filter(Boolean).join(' '),
    carriers,
    ...(silent === null || silent.firstDay === null ? {} : { firstSilentBuild: silent.firstDay }),
  }
}

const NOTHING_KNOWN: Explanation = { sentence: '', carriers: [] }

/** The trouble is one reason's: the builds that lack it are found by what else they send. */
function explainReason(
  trouble: TroubleToExplain,
  all: SeriesMemory,
  reason: SeriesMemory,
  byReason: readonly Contribution[],
): Explanation {
  const { channel, source, start, hour } = trouble
  const shares = Array.from({ length: hour - start + 1 }, (_, index) => {
    const h = start + index
    const isKnown = channel.known[place(h)] === 1
    return isKnown ? Math.min(0.95, expectedCount(reason, h) / expectedCount(all, h)) : Number.NaN
  })
  const builds = [...channel.builds.firstSeen]
    .flatMap(([build, seen]) => {
      const counts = source.counts.builds.get(build)
      if (counts === undefined) return []
      let expected = 0
      let came = 0
      for (const [index, share] of shares.entries()) {
        if (Number.isNaN(share)) continue
        const within = reasonWithin([counts], reason.reason, share, start + index - source.before)
        expected += within.expected
        came += within.seen
      }
      return [{ build, seen, expected, came }]
    })
    .sort((a, b) => a.seen - b.seen || (a.build < b.build ? -1 : 1))
  const own = byReason.find((contribution) => contribution.value === reason.reason)
  const first = builds.find(
    ({ seen, expected, came }) =>
      seen >= start - BUILDS_BEFORE_HOURS && expected >= LEAST_EXPECTED && came < BLAMED_RATIO * expected,
  )
  const lost = builds.reduce((sum, { expected, came }) => sum + Math.max(0, expected - came), 0)
  const blamed = first === undefined ? [] : builds.filter(({ seen }) => seen >= first.seen)
  const byBuild = blamed.map(({ build, expected, came }) => compare('build', build, { expected, seen: came }))
  const carriers = [...(own === undefined ? [] : [own]), ...withShares(byBuild, lost)].sort(
    (a, b) => b.shareRatio - a.shareRatio,
  )
  const others = byReason.filter((contribution) => contribution.value !== reason.reason)
  const who = first === undefined ? reason.reason : `${reason.reason}, builds from ${first.build} on`
  const sentence =
    own !== undefined && own.shareRatio >= 0.5
      ? `${shareOf(own)} is ${who}.`
      : `What is missing is ${who}${others.length === 0 ? '' : `; ${formatList(others.map(({ value }) => value))} came as expected`}.`
  return {
    sentence,
    carriers: [...carriers, ...others].slice(0, MOST_CARRIERS),
    ...(first === undefined ? {} : { firstBuildId: first.build }),
  }
}

/** What each value should have sent by its share of the day before the start at the same hours, and what it did send. */
function usualShares(
  { channel, source, start, hour }: TroubleToExplain,
  dimension: Contribution['dimension'],
  values: ReadonlyMap<string, Float64Array>,
  expected: number,
  prefix = '',
): Contribution[] {
  const hours = Math.min(DAY_HOURS, hour - start + 1)
  const day = Array.from({ length: hours }, (_, index) => start - DAY_HOURS + index).filter(
    (h) => channel.known[place(h)] === 1,
  )
  const now = Array.from({ length: hour - start + 1 }, (_, index) => start + index).filter(
    (h) => channel.known[place(h)] === 1,
  )
  const add = (counts: Float64Array, among: readonly HourNumber[]) =>
    among.reduce((sum, h) => sum + at(counts, h - source.before), 0)
  const before = add(source.counts.received, day)
  if (before === 0) return []
  return [...values].map(([value, counts]) =>
    compare(dimension, prefix + value, { expected: (expected * add(counts, day)) / before, seen: add(counts, now) }),
  )
}

function series(memory: SeriesMemory, { channel, start, hour }: TroubleToExplain) {
  let expected = 0
  let seen = 0
  for (let h = start; h <= hour; h++) {
    const usual = expectedCount(memory, h)
    if (channel.known[place(h)] !== 1 || Number.isNaN(usual)) continue
    expected += usual
    seen += at(memory.counts, place(h))
  }
  return { expected, seen }
}

function compare(
  dimension: Contribution['dimension'],
  value: string,
  { expected, seen }: { expected: number; seen: number },
): Contribution {
  return { dimension, value, expected, seen, shareRatio: 0 }
}

function withShares(all: readonly Contribution[], lost: number): Contribution[] {
  return all
    .map((own) => ({ ...own, shareRatio: lost === 0 ? 0 : Math.min(1, Math.max(0, (own.expected - own.seen) / lost)) }))
    .sort((a, b) => b.shareRatio - a.shareRatio)
}

/** The value that carries nearly all and didn't make up nearly all before. */
function named(all: readonly Contribution[], expected: number): Contribution | null {
  const [worst] = [...all].sort((a, b) => b.shareRatio - a.shareRatio || a.expected - b.expected)
  if (worst === undefined || worst.shareRatio < NAMED_SHARE) return null
  return worst.expected < ORDINARY_SHARE * expected ? worst : null
}

function shareOf(contribution: Contribution): string {
  return contribution.shareRatio >= 0.995
    ? 'All that is missing'
    : `${formatPercent(contribution.shareRatio)} of what is missing`
}

function spoken({ dimension, value }: Contribution): string {
  return dimension === 'app_version' ? `app version ${value}` : value.replace('=', ' ')
}
