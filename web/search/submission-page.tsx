import type { PageProps } from '../shell/page-props.ts'

export function SubmissionPage({ view }: PageProps<'submission'>) {
  return <h1 class="sentences sentence">{`Submission ${view.id}`}</h1>
}
