import type { PageProps } from '../shell/page-props.ts'

export function AnnotationsPage({ view }: PageProps<'annotations'>) {
  return <h1 class="sentences sentence">{`Annotations${view.channel === null ? '' : ` of ${view.channel}`}`}</h1>
}
