import { expect, test } from 'vitest'
import { channelView } from '../view/channel-view.ts'
import { urlOfView } from '../view/view.ts'
import { exportAddresses, fileName } from './exports.ts'
import { asShown, shown } from './range.ts'

const now = Date.UTC(2014, 1, 6, 14, 22)
const view = channelView('nightly', { by: 'build', parts: 'stacked', ghost: true })
const range = shown(view, now)
const made = exportAddresses(view, range, 'https://tidewatch.example.org/channel/nightly', urlOfView)

test('a live link moves on, a frozen one has the times that are shown', () => {
  expect(made.live).toBe('https://tidewatch.example.org/channel/nightly?by=build&parts=stacked&ghost=week')
  expect(made.frozen).toBe(
    'https://tidewatch.example.org/channel/nightly?from=2014-01-30T15:00Z&to=2014-02-07T15:00Z&by=build&parts=stacked&ghost=week',
  )
})

test('the API’s call and its CSV are of the same counts, for the whole and for its parts', () => {
  const { searchParams } = new URL(made.call)
  expect(Object.fromEntries(searchParams)).toEqual({
    metric: 'received',
    step: 'hour',
    from: '2014-01-30T15:00:00Z',
    to: '2014-02-07T15:00:00Z',
    channel: 'nightly',
  })
  expect(made.csv).toBe(made.call.replace('/series?', '/series.csv?'))
  expect(new URL(made.partsCsv).searchParams.get('by')).toBe('build')
})

test('of shares the call is of shares, those of every channel; an index is made of counts', () => {
  const callOf = (measure: 'share' | 'index') =>
    new URL(exportAddresses({ ...view, measure }, range, 'https://a.example/', urlOfView).call).searchParams
  expect(callOf('share').get('metric')).toBe('share')
  expect(callOf('share').get('by')).toBe('channel')
  expect(callOf('share').has('channel')).toBe(false)
  expect(callOf('index').get('metric')).toBe('received')
})

test('where hours are shown for want of minutes, the numbers are of hours, too', () => {
  const day = channelView('nightly', { range: { kind: 'last', days: 1 } })
  const stepsOf = (range: ReturnType<typeof shown>): (string | null)[] => {
    const { call, csv } = exportAddresses(day, range, 'https://a.example/', urlOfView)
    return [call, csv].map((address) => new URL(address).searchParams.get('step'))
  }
  expect(stepsOf(shown(day, now))).toEqual(['minute', 'minute'])
  expect(stepsOf(asShown(shown(day, now), 'hour'))).toEqual(['hour', 'hour'])
})

test('a file is named for what it holds, with a name that any disk takes', () => {
  expect(fileName(channelView('a/b "c"'), range, 'png')).toBe('tidewatch-a_b_c_-20140130T15-20140207T15.png')
})

test('an embedding element is the same view, and no name breaks out of it', () => {
  expect(made.embed).toContain(
    'src="https://tidewatch.example.org/embed/channel/nightly?by=build&amp;parts=stacked&amp;ghost=week"',
  )
  const odd = exportAddresses(channelView('"><script>'), range, 'https://a.example/', urlOfView)
  expect(odd.embed).not.toMatch(/"><script/)
})
