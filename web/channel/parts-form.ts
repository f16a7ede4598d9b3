import { type Measure, PARTS_FORMS, type PartsForm, type SeriesChoice } from '../view/channel-view.ts'

/** Indexes have each a hundred of their own: one upon the other, they would add up to nothing. */
export function partsForms(measure: Measure): readonly PartsForm[] {
  return measure === 'index' ? PARTS_FORMS.filter((form) => form !== 'stacked') : PARTS_FORMS
}

/** How the break-down is shown: as lines where it was to be stacked and can't be. */
export function partsForm({ parts, measure }: Pick<SeriesChoice, 'parts' | 'measure'>): PartsForm {
  return partsForms(measure).includes(parts) ? parts : 'lines'
}
