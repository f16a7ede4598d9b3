import type { PageProps } from '../shell/page-props.ts'

export function EmbedPage({ view }: PageProps<'embed'>) {
  return <h1 class="sentences sentence">{view.channel}</h1>
}
