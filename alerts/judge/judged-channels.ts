import type { ChannelHistory, History } from '../../data/counts/history.ts'
import { UNKNOWN } from '../../data/domain/dimensions.ts'
import type { JudgeMemory } from './memory.ts'
import type { JudgedChannel } from './standing.ts'
import { at, toHourNumber } from './window.ts'

/** What is remembered of each channel beside its counts. */
export function judgedChannels({ channels }: JudgeMemory, history: History): readonly JudgedChannel[] {
  const before = toHourNumber(history.start)
  return channels.flatMap((channel): JudgedChannel[] => {
    const counts = history.channels.get(channel.name)
    if (counts === undefined) return []
    return [{ channel, source: { counts, before, received: receivedBeside(history, channel.name, counts) } }]
  })
}

/** Of the clients that a channel's discarded submissions are part of; see `ChannelCounts.received`. */
function receivedBeside({ channels }: History, name: string, counts: ChannelHistory): (index: number) => number {
  if (name !== UNKNOWN) return (index) => at(counts.received, index)
  const all = [...channels.values()]
  return (index) => all.reduce((sum, { received }) => sum + at(received, index), 0)
}
