import type { FunctionComponent } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { OverviewAnswer } from '../../server/api/types.ts'
import type { Answer } from '../api/use-answer.ts'
import type { View, ViewOf } from '../view/view.ts'
import { Missing } from './missing.tsx'
import type { PageProps } from './page-props.ts'
import { PAGES, type ShellPage } from './pages.ts'

type KnownView = Exclude<View, { readonly page: 'unknown' | 'embed' }>

interface LazyPageProps {
  readonly view: KnownView
  readonly overview: Answer<OverviewAnswer>
}

/** The page of `view`, fetched first where it wasn't yet. */
export function LazyPage({ view, overview }: LazyPageProps) {
  const { page } = view
  const [failed, setFailed] = useState<ShellPage | null>(null)
  const [, setArrived] = useState<ShellPage | null>(null)
  useEffect(() => {
    let isWanted = true
    PAGES[page].load().then(
      () => isWanted && setArrived(page),
      () => isWanted && setFailed(page),
    )
    return () => {
      isWanted = false
    }
  }, [page])
  return rendered(view, overview) ?? (failed === page ? <Missing /> : <Coming />)
}

function rendered<P extends ShellPage>(view: ViewOf<P> & { readonly page: P }, overview: Answer<OverviewAnswer>) {
  const Component: FunctionComponent<PageProps<P>> | null = PAGES[view.page].component()
  return Component === null ? null : <Component view={view} overview={overview} />
}

function Coming() {
  return (
    <p class="sentences sentence" aria-busy="true">
      &nbsp;
    </p>
  )
}
