import type { PageProps } from '../shell/page-props.ts'

export function BuildsPage({ view }: PageProps<'builds'>) {
  return <h1 class="sentences sentence">{`Builds${view.channel === null ? '' : ` of ${view.channel}`}`}</h1>
}
