import type { Lane } from '../charts/layout.ts'
import type { SeriesChoice } from '../view/channel-view.ts'

const LANES: readonly Lane[] = ['submissions', 'ofExpected', 'invalid']
const LANES_WITH_PARTS: readonly Lane[] = ['submissions', 'parts', 'ofExpected', 'invalid']

export function lanesOf({ parts }: Pick<SeriesChoice, 'parts'>): readonly Lane[] {
  return parts === 'each' ? LANES : LANES_WITH_PARTS
}
