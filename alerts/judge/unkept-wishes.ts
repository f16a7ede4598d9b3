import { toleratedLoss } from './detect-volume.ts'
import { type ChannelMemory, type JudgeMemory, WINDOWS } from './memory.ts'
import type { SensitivityOf } from './sensitivity.ts'

/** A loss that somebody wants to be told of, and that chance alone may cost the channel. */
export interface UnkeptWish {
  readonly channel: string
  readonly hours: number
  /** What is wished for, and what must be missing to be told, 0 to 1. */
  readonly wished: number
  readonly told: number
}

/** What wishes about losses the noise of each channel forbids, as it is now known. Of single windows; nobody can say it of days. */
export function unkeptWishes({ channels }: JudgeMemory, sensitivityOf: SensitivityOf): readonly UnkeptWish[] {
  return channels.flatMap((channel): UnkeptWish[] => {
    const sensitivity = sensitivityOf(channel.name)
    return (sensitivity.loss ?? []).flatMap(({ ratio, hours }) => {
      const told = leastTold({ ...channel, sensitivity }, hours)
      return told === null || told <= ratio + LEAST_DIFFERENCE
        ? []
        : [{ channel: channel.name, hours, wished: ratio, told }]
    })
  })
}

/** Less than that is rounding. */
const LEAST_DIFFERENCE = 0.0005

/** Null: nothing is known of the channel's noise yet. */
function leastTold(channel: ChannelMemory, hours: number): number | null {
  const [all] = channel.series
  if (all?.noise == null || !WINDOWS.some((window) => window === hours)) return null
  return 1 - Math.exp(-toleratedLoss(channel, all, hours))
}

/** `judge.sensitivity asks for 2 % of 3 h on nightly: chance alone …` */
export function unkeptSentence({ channel, hours, wished, told }: UnkeptWish): string {
  const percent = (ratio: number) => `${Number((100 * ratio).toPrecision(2))} %`
  return (
    `judge.sensitivity asks for ${percent(wished)} of ${hours} h on ${channel}: chance alone may cost it as much, ` +
    `so it is told from ${percent(told)} on; ask for that, or for more hours`
  )
}
