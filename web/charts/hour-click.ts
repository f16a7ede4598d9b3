import { go } from '../view/navigation.ts'
import { HOUR_MS } from '../words/time.ts'

interface HourClickOptions {
  /** `*`: all channels together. */
  readonly channel: string
  /** What the drawing spans, in epoch milliseconds. */
  readonly from: number
  readonly to: number
  /** Of an hour that isn't over by then there is nothing to say. */
  readonly countedUpTo: number
}

/**
 * A click on an hour of a drawing asks why one was, or wasn't, told of it. Only a mouse can mean an hour that is a few pixels wide;
 * fingers and keys get there by the channel's page, and from any hour to its neighbours.
 */
export function hourClick({ channel, from, to, countedUpTo }: HourClickOptions) {
  return (event: MouseEvent & { readonly currentTarget: Element }): void => {
    if (event instanceof PointerEvent && event.pointerType !== 'mouse') return
    const { left, width } = event.currentTarget.getBoundingClientRect()
    const time = from + ((event.clientX - left) / Math.max(1, width)) * (to - from)
    const hour = Math.floor(time / HOUR_MS) * HOUR_MS
    if (hour + HOUR_MS <= countedUpTo) go({ page: 'why', channel, hour })
  }
}
