import type { Codec } from './address.ts'
import { type SeriesChoice, seriesChoice, seriesParameters } from './channel-view.ts'

/** `/embed/channel/nightly?last=60d`: a channel's live chart alone, for a frame in somebody else's page. */
export interface EmbedView extends SeriesChoice {
  readonly page: 'embed'
  readonly channel: string
}

export const embedCodec: Codec<EmbedView> = {
  read: ({ parts: [what, channel, ...rest], parameters }) => {
    if (what !== 'channel' || channel === undefined || rest.length > 0) return null
    return { page: 'embed', channel, ...seriesChoice(parameters) }
  },
  write: (view) => ({ parts: ['channel', view.channel], parameters: seriesParameters(view) }),
}
