import type { ChannelView } from '../view/channel-view.ts'
import { linkTo } from '../view/navigation.ts'

/** The other channels, each with the same view. */
export function ChannelSwitch({ view, names }: { readonly view: ChannelView; readonly names: readonly string[] }) {
  return (
    <nav class="channel-switch" aria-label="Channel">
      {names.length === 0 && <span>&nbsp;</span>}
      {names.map((channel) => (
        <a
          key={channel}
          class="option"
          {...linkTo({ ...view, channel })}
          aria-current={channel === view.channel ? 'true' : undefined}
        >
          {channel}
        </a>
      ))}
    </nav>
  )
}
