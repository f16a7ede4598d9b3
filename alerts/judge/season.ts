import { othersOf } from './leave-one-out.ts'
import type { ChannelMemory, SeriesMemory } from './memory.ts'
import type { Season } from './tide-sums.ts'
import { at, DAY_HOURS, type HourNumber, LEARNING_HOURS, place, slotOf, WEEK_HOURS } from './window.ts'

const WEEKS = LEARNING_HOURS / WEEK_HOURS
/** An older week counts for so much of the next younger one. */
const WEEK_DECAY = 0.85
/** A week with fewer good hours says nothing about itself. */
const LEAST_GOOD_HOURS = 48
/**
 * A slot of the week speaks for itself when it has counted more submissions than this; below, it borrows from hours of
 * like days, and those from the other channels.
 */
const BORROWED_SUBMISSIONS = 400
/** Channels above so many submissions per hour are clear enough to lend their season. */
const LENDING_LEVEL = 100
/** Above so many per hour two weeks tell a channel's season, whatever is borrowed. */
const SELF_TAUGHT_LEVEL = 1000
/** Further than this (and its sampling noise) from the median of its weeks, an hour is drawn back. */
const CLIP_RATIO = 0.25

const LIKE_DAYS = [0, 0, 0, 0, 1, 2, 3] as const
const CELLS = 4 * DAY_HOURS

/**
 * The season of every series for the day that begins with `midnight`, from the five weeks before it: twice, the second
 * time without what all channels did together (holidays), as the first time shows it, so that Christmas teaches nobody
 * how Wednesdays are.
 *
 * Hours under an incident teach nothing, so last week's outage can't be expected again.
 */
export function learnSeasons(channels: readonly ChannelMemory[], midnight: HourNumber): void {
  const flat = new Float64Array(WEEK_HOURS).fill(1)
  const alone = channels.map((channel) => learn(channel, allOf(channel), midnight, flat, null))
  const lent = lentSeason(alone)
  // What borrowed from a flat week would be seen to move with every weekend, and take the weekend out of its siblings' seasons.
  const first = channels.map((channel, index) => {
    const own = alone[index]
    return own !== undefined && isClear(own, SELF_TAUGHT_LEVEL)
      ? own
      : learn(channel, allOf(channel), midnight, lent, null)
  })
  const movements = movementsAround(channels, first, midnight)
  for (const [index, channel] of channels.entries()) {
    for (const series of channel.series) {
      series.season = learn(channel, series, midnight, lent, movements[index] ?? null).season
    }
  }
}

function allOf(channel: ChannelMemory): SeriesMemory {
  const [all] = channel.series
  if (all === undefined) throw new Error(`channel ${channel.name} has no series`)
  return all
}

interface Learnt {
  readonly season: Season
  /** By week back: submissions per hour at a season of 1; NaN where too little is known. */
  readonly levels: Float64Array
}

function learn(
  channel: ChannelMemory,
  series: SeriesMemory,
  midnight: HourNumber,
  borrowed: Season,
  movement: Float64Array | null,
): Learnt {
  const start = midnight - LEARNING_HOURS
  const counts = new Float64Array(LEARNING_HOURS)
  const troubled = new Uint8Array(LEARNING_HOURS)
  for (let i = 0; i < LEARNING_HOURS; i++) {
    const slot = place(start + i)
    troubled[i] = channel.good[slot] === 1 ? 0 : 1
    counts[i] =
      channel.seasonal[slot] === 1 ? at(series.counts, slot) * (movement === null ? 1 : Math.exp(-at(movement, i))) : -1
  }
  const taught = { counts, troubled }
  let season = borrowed
  let levels = weekLevels(taught, start, season)
  for (let round = 0; round < 2; round++) {
    season = seasonFrom(taught, start, levels, borrowed)
    levels = weekLevels(taught, start, season)
  }
  return { season, levels }
}

/** By hour of the five weeks: week 0 is the one that ends at midnight. */
const WEEK_BY_HOUR = Uint8Array.from({ length: LEARNING_HOURS }, (_, i) => WEEKS - 1 - Math.floor(i / WEEK_HOURS))
/** By week: how much it counts. */
const WEEK_WEIGHTS = Float64Array.from({ length: WEEKS }, (_, week) => WEEK_DECAY ** week)

function weekOf(index: number): number {
  return at(WEEK_BY_HOUR, index)
}

function weekLevels({ counts, troubled }: TaughtHours, start: HourNumber, season: Season): Float64Array {
  const totals = new Float64Array(WEEKS)
  const usual = new Float64Array(WEEKS)
  const hours = new Float64Array(WEEKS)
  for (let i = 0; i < counts.length; i++) {
    const count = at(counts, i)
    if (count < 0 || at(troubled, i) === 1) continue
    const week = weekOf(i)
    totals[week] = at(totals, week) + count
    usual[week] = at(usual, week) + at(season, slotOf(start + i))
    hours[week] = at(hours, week) + 1
  }
  return totals.map((total, week) =>
    at(hours, week) >= LEAST_GOOD_HOURS && total > 0 ? total / at(usual, week) : Number.NaN,
  )
}

/** Hours of the five weeks: -1 where there is nothing to learn from, and 1 where they were in a surge, or a loss of a part, that is over. */
interface TaughtHours {
  readonly counts: Float64Array
  readonly troubled: Uint8Array
}

function seasonFrom(
  { counts, troubled }: TaughtHours,
  start: HourNumber,
  levels: Float64Array,
  borrowed: Season,
): Season {
  const firstSlot = slotOf(start)
  const ratios = new Float64Array(WEEKS)
  // Only asked for where a week is missing.
  let alike: Float64Array | null = null
  const likeOf = (cell: number) => {
    alike ??= likeRatios(counts, start, levels, borrowed)
    return at(alike, cell)
  }
  const slotTotals = new Float64Array(WEEK_HOURS)
  const slotWeights = new Float64Array(WEEK_HOURS)
  const cellTotals = new Float64Array(CELLS)
  const cellWeights = new Float64Array(CELLS)
  const cellBorrowed = new Float64Array(CELLS)
  const cellSlots = new Float64Array(CELLS)
  for (let offset = 0; offset < WEEK_HOURS; offset++) {
    const slot = (firstSlot + offset) % WEEK_HOURS
    const cell = cellOf(slot)
    cellBorrowed[cell] = at(cellBorrowed, cell) + at(borrowed, slot)
    cellSlots[cell] = at(cellSlots, cell) + 1
    let known = 0
    for (let i = offset; i < counts.length; i += WEEK_HOURS) {
      const level = at(levels, weekOf(i))
      if (at(counts, i) >= 0 && level > 0) ratios[known++] = at(counts, i) / level
    }
    if (known === 0) continue
    const own = ratios.subarray(0, known)
    const middle = known >= WEEKS ? medianOf(own) : middleOfFew(own, likeOf(cell), at(borrowed, slot))
    for (let i = offset; i < counts.length; i += WEEK_HOURS) {
      const week = weekOf(i)
      const level = at(levels, week)
      const count = at(counts, i)
      if (count < 0 || !(level > 0)) continue
      // Of trouble only that it was there counts: once is odd, in most weeks it is the season.
      const clip = CLIP_RATIO + 2.5 / Math.sqrt(Math.max(1, middle * level))
      const reach = at(troubled, i) === 1 ? 0 : middle * clip
      const ratio = Math.min(middle + reach, Math.max(middle - reach, count / level))
      const weight = at(WEEK_WEIGHTS, week) * level
      slotTotals[slot] = at(slotTotals, slot) + weight * ratio
      slotWeights[slot] = at(slotWeights, slot) + weight
      cellTotals[cell] = at(cellTotals, cell) + weight * ratio
      cellWeights[cell] = at(cellWeights, cell) + weight
    }
  }
  const season = new Float64Array(WEEK_HOURS)
  for (let slot = 0; slot < WEEK_HOURS; slot++) {
    const cell = cellOf(slot)
    const like =
      (at(cellTotals, cell) + (BORROWED_SUBMISSIONS * at(cellBorrowed, cell)) / at(cellSlots, cell)) /
      (at(cellWeights, cell) + BORROWED_SUBMISSIONS)
    season[slot] = (at(slotTotals, slot) + BORROWED_SUBMISSIONS * like) / (at(slotWeights, slot) + BORROWED_SUBMISSIONS)
  }
  return withMeanOne(season)
}

/**
 * Of the weeks' ratios of one slot the middle one. Where not all weeks are known, like days, or what is borrowed, have a say: two odd hours
 * of four would be expected again for weeks.
 */
function middleOfFew(ratios: Float64Array, like: number, borrowed: number): number {
  const known = ratios.length
  const voters = new Float64Array(known + (known % 2 === 1 ? 2 : 1)).fill(like)
  voters.set(ratios)
  if (known === 1) voters[2] = borrowed
  return medianOf(voters)
}

/** By cell the middle of its hours' ratios, of all weeks and like days. */
function likeRatios(counts: Float64Array, start: HourNumber, levels: Float64Array, borrowed: Season): Float64Array {
  const ratios = new Float64Array(counts.length).fill(Number.NaN)
  const sizes = new Int32Array(CELLS)
  for (let i = 0; i < counts.length; i++) {
    const level = at(levels, weekOf(i))
    if (at(counts, i) < 0 || !(level > 0)) continue
    ratios[i] = at(counts, i) / level
    const cell = cellOf(slotOf(start + i))
    sizes[cell] = at(sizes, cell) + 1
  }
  const ends = new Int32Array(CELLS)
  for (let cell = 1; cell < CELLS; cell++) ends[cell] = at(ends, cell - 1) + at(sizes, cell - 1)
  const byCell = new Float64Array(counts.length)
  for (let i = 0; i < counts.length; i++) {
    if (Number.isNaN(at(ratios, i))) continue
    const cell = cellOf(slotOf(start + i))
    byCell[at(ends, cell)] = at(ratios, i)
    ends[cell] = at(ends, cell) + 1
  }
  const like = new Float64Array(CELLS)
  for (let cell = 0; cell < CELLS; cell++) {
    const size = at(sizes, cell)
    // Single days of the week have too few hours alike to say which of two is odd.
    like[cell] =
      size < LEAST_ALIKE
        ? borrowedOfCell(borrowed, cell)
        : medianOf(byCell.subarray(at(ends, cell) - size, at(ends, cell)))
  }
  return like
}

const LEAST_ALIKE = 4

function borrowedOfCell(borrowed: Season, cell: number): number {
  let total = 0
  let slots = 0
  for (let slot = 0; slot < WEEK_HOURS; slot++) {
    if (cellOf(slot) !== cell) continue
    total += at(borrowed, slot)
    slots++
  }
  return total / slots
}

/** By hour of the week: the like hours that it belongs to. */
const CELL_BY_SLOT = Uint8Array.from(
  { length: WEEK_HOURS },
  (_, slot) => (LIKE_DAYS[Math.floor(slot / DAY_HOURS)] ?? 0) * DAY_HOURS + (slot % DAY_HOURS),
)

function cellOf(slot: number): number {
  return at(CELL_BY_SLOT, slot)
}

function withMeanOne(season: Season): Season {
  const mean = season.reduce((sum, value) => sum + value, 0) / season.length
  return mean > 0 ? season.map((value) => value / mean) : season.fill(1)
}

/** Sorts `values`, too. */
function medianOf(values: Float64Array): number {
  // A few at a time, hundreds of thousands of times: to call the array's own sort would take longer than to sort.
  if (values.length > FEW) values.sort()
  else sortFew(values)
  const middle = (values.length - 1) / 2
  return (at(values, Math.floor(middle)) + at(values, Math.ceil(middle))) / 2
}

const FEW = 32

function sortFew(values: Float64Array): void {
  for (let i = 1; i < values.length; i++) {
    const value = at(values, i)
    let j = i - 1
    for (; j >= 0 && at(values, j) > value; j--) values[j + 1] = at(values, j)
    values[j + 1] = value
  }
}

function isClear({ levels }: Learnt, submissionsPerHour: number): boolean {
  return levels.some((level) => level > submissionsPerHour)
}

function lentSeason(all: readonly Learnt[]): Season {
  const lending = all.filter((learnt) => isClear(learnt, LENDING_LEVEL))
  const season = new Float64Array(WEEK_HOURS)
  for (const { season: own } of lending) {
    for (let slot = 0; slot < WEEK_HOURS; slot++) season[slot] = at(season, slot) + at(own, slot)
  }
  return withMeanOne(season)
}

/**
 * By channel, then hour of the five weeks: log of what the other channels did together, over three hours, against their own
 * weeks.
 */
function movementsAround(
  channels: readonly ChannelMemory[],
  learnt: readonly Learnt[],
  midnight: HourNumber,
): readonly Float64Array[] {
  const start = midnight - LEARNING_HOURS
  const movements = channels.map(() => new Float64Array(LEARNING_HOURS))
  const deviations = channels.map((channel, index) => deviationsOf(channel, learnt[index], start))
  const values = new Float64Array(channels.length)
  const weights = new Float64Array(channels.length)
  const members = new Int32Array(channels.length)
  for (let i = MOVEMENT_HOURS - 1; i < LEARNING_HOURS; i++) {
    let known = 0
    for (let index = 0; index < deviations.length; index++) {
      const own = deviations[index]
      members[index] = -1
      if (own === undefined || !(at(own.weight, i) > 0)) continue
      values[known] = at(own.deviation, i)
      weights[known] = at(own.weight, i)
      members[index] = known++
    }
    const others = othersOf(values.subarray(0, known), weights.subarray(0, known))
    for (let index = 0; index < channels.length; index++) {
      const own = at(members, index)
      const member = own === -1 ? null : own
      const movement = movements[index]
      if (movement === undefined || channels[index]?.good[place(start + i)] !== 1) continue
      if (others.count(member) >= LEAST_SIBLINGS) movement[i] = others.movement(member)
    }
  }
  return movements
}

/** Movements are those of so many hours together, */
const MOVEMENT_HOURS = 3
/** and of so many channels. */
const LEAST_SIBLINGS = 2

/** Of each hour with the two before it: log of what was seen of the usual, and what that is worth; 0 where nothing is known. */
function deviationsOf(channel: ChannelMemory, learnt: Learnt | undefined, start: HourNumber) {
  const deviation = new Float64Array(LEARNING_HOURS)
  const weight = new Float64Array(LEARNING_HOURS)
  const { counts } = allOf(channel)
  for (let i = MOVEMENT_HOURS - 1; learnt !== undefined && i < LEARNING_HOURS; i++) {
    const level = at(learnt.levels, weekOf(i))
    let seen = 0
    let usual = 0
    for (let h = start + i - MOVEMENT_HOURS + 1; h <= start + i; h++) {
      if (channel.good[place(h)] !== 1) continue
      seen += at(counts, place(h))
      usual += level * at(learnt.season, slotOf(h))
    }
    if (!(usual > 0)) continue
    deviation[i] = Math.log((seen + 0.5) / (usual + 0.5))
    weight[i] = 1 / (1 / usual + 0.015 ** 2)
  }
  return { deviation, weight }
}
