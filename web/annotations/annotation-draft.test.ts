import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type AnnotationDraft, fieldOf, newAnnotation } from './annotation-draft.ts'

const MINUTE_MS = 60_000

const draft: AnnotationDraft = {
  kind: 'release',
  text: '  Firefox 27 went out ',
  channel: 'release',
  from: '2014-02-04T14:00',
  to: '',
  link: '',
}

test('a draft becomes what the API takes', () => {
  expect(newAnnotation(draft, 'utc', ' sam ')).toEqual({
    kind: 'release',
    text: 'Firefox 27 went out',
    channels: ['release'],
    from: '2014-02-04T14:00:00Z',
    to: null,
    author: 'sam',
  })
})

test('without a channel it is about all, and what is given besides goes along', () => {
  const whole = { ...draft, channel: '', to: '2014-02-04T16:30', link: ' https://example.org/27 ' }
  expect(newAnnotation(whole, 'utc', 'sam')).toMatchObject({
    channels: [],
    to: '2014-02-04T16:30:00Z',
    link: 'https://example.org/27',
  })
})

test('a time typed in local time is the time that it was there', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 60_000_000 }),
      fc.constantFrom('utc' as const, 'local' as const),
      (at, zone) => {
        const time = at * MINUTE_MS
        const from = fieldOf(time, zone)
        // In the hour that a zone goes through twice, the same field stands for both.
        fc.pre(fieldOf(time - 60 * MINUTE_MS, zone) !== from && fieldOf(time + 60 * MINUTE_MS, zone) !== from)
        expect(Date.parse(newAnnotation({ ...draft, from }, zone, 'sam').from)).toBe(time)
      },
    ),
  )
})
