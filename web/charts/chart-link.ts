import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import { linkTo } from '../view/navigation.ts'
import type { View } from '../view/view.ts'

/** Properties of a link out of a chart. */
export interface ChartLink {
  readonly href: string
  readonly target?: string
  readonly rel?: string
  readonly onClick?: (event: MouseEvent) => void
}

/** A chart that stands in somebody else's page opens what it leads to in a tab of its own. */
export const ChartLinkContext = createContext<(view: View) => ChartLink>(linkTo)

export function useChartLink(): (view: View) => ChartLink {
  return useContext(ChartLinkContext)
}
