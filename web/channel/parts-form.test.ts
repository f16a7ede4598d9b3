import { expect, test } from 'vitest'
import { channelView } from '../view/channel-view.ts'
import { partsForm, partsForms } from './parts-form.ts'

test('indexes are never stacked, counts and shares as was chosen', () => {
  expect(partsForm(channelView('nightly', { parts: 'stacked', measure: 'index' }))).toBe('lines')
  expect(partsForm(channelView('nightly', { parts: 'each', measure: 'index' }))).toBe('each')
  expect(partsForm(channelView('nightly', { parts: 'stacked', measure: 'share' }))).toBe('stacked')
  expect(partsForms('index')).not.toContain('stacked')
})
