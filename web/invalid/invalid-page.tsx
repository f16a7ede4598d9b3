import type { PageProps } from '../shell/page-props.ts'

export function InvalidPage({ view }: PageProps<'invalid'>) {
  return (
    <h1 class="sentences sentence">{`Invalid submissions${view.channel === null ? '' : ` of ${view.channel}`}`}</h1>
  )
}
