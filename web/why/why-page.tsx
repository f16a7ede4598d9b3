import type { PageProps } from '../shell/page-props.ts'
import { fullMoment } from '../words/time.ts'

export function WhyPage({ view }: PageProps<'why'>) {
  return <h1 class="sentences sentence">{`${view.channel}, ${fullMoment(view.hour)} UTC`}</h1>
}
