import { type Codec, oneOf } from './address.ts'
import { type SeriesChoice, seriesChoice, seriesParameters } from './channel-view.ts'

/** `/embed/channel/nightly?last=60d`: a channel's live chart alone, for a frame in somebody else's page. */
export interface EmbedView extends SeriesChoice {
  readonly page: 'embed'
  readonly channel: string
  /** As the page around it is. */
  readonly theme: EmbedTheme
}

export const EMBED_THEMES = ['system', 'light', 'dark'] as const
export type EmbedTheme = (typeof EMBED_THEMES)[number]

export const embedCodec: Codec<EmbedView> = {
  read: ({ parts: [what, channel, ...rest], parameters }) => {
    if (what !== 'channel' || channel === undefined || rest.length > 0) return null
    const theme = oneOf(EMBED_THEMES, parameters.get('theme')) ?? 'system'
    return { page: 'embed', channel, theme, ...seriesChoice(parameters) }
  },
  write: (view) => ({
    parts: ['channel', view.channel],
    parameters: [...seriesParameters(view), ...(view.theme === 'system' ? [] : [['theme', view.theme] as const])],
  }),
}
