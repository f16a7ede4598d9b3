import type { OverviewAnswer } from '../../server/api/types.ts'
import type { Answer } from '../api/use-answer.ts'
import type { Page, ViewOf } from '../view/view.ts'

/** What every page gets: its part of the address bar, and the overview's answer, which all pages share. */
export interface PageProps<P extends Page> {
  readonly view: ViewOf<P>
  readonly overview: Answer<OverviewAnswer>
}
