import { Hono } from 'hono'
import type { OverviewAnswer } from '../types.ts'
import { badgePicture } from './badge-picture.ts'
import { badgeWords } from './badge-words.ts'

/**
 * `/embed/badge/nightly.svg`: a channel's state in a line, for wikis. `overview` is what the pages get. Who may frame charts may show
 * badges: pictures know no list of origins, so where nobody is named they stay the dashboard's own.
 */
export function badgeRoute({
  overview,
  frameAncestors,
}: {
  overview(): Promise<OverviewAnswer>
  frameAncestors(): readonly string[]
}): Hono {
  return new Hono().get('/embed/badge/:file{.+\\.svg}', async (context) => {
    const channel = context.req.param('file').slice(0, -'.svg'.length)
    const words = badgeWords(await overview(), channel)
    const picture = badgePicture(words ?? { channel, state: 'unknown', text: 'no such channel' })
    return context.body(picture, words === null ? 404 : 200, {
      'Content-Type': 'image/svg+xml',
      'Cache-Control': 'public, max-age=60',
      'Cross-Origin-Resource-Policy': frameAncestors().length === 0 ? 'same-origin' : 'cross-origin',
    })
  })
}
