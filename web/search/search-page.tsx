import type { PageProps } from '../shell/page-props.ts'

export function SearchPage({ view }: PageProps<'search'>) {
  return <h1 class="sentences sentence">{view.q === '' ? 'Search' : `Search for ${view.q}`}</h1>
}
