import { describe, expect, test } from 'vitest'
import { channelView, isInLimits } from '../view/channel-view.ts'
import { moved, scaled, shown, untilForetold, zoomed } from './range.ts'

const HOUR = 3_600_000
const now = Date.UTC(2014, 1, 6, 14, 22)

describe('what a view shows', () => {
  test('a moving range ends after now with its forecast, on a whole hour', () => {
    const week = shown(channelView('nightly'), now)
    expect(new Date(week.from).toISOString()).toBe('2014-01-30T15:00:00.000Z')
    expect(new Date(week.to).toISOString()).toBe('2014-02-07T15:00:00.000Z')
  })

  test('its address stays the same within an hour, so that live data needs no new one', () => {
    expect(shown(channelView('nightly'), now + 20 * 60_000)).toEqual(shown(channelView('nightly'), now))
  })

  test('a fixed range stays as it is', () => {
    const range = { kind: 'fixed' as const, from: now - 5 * HOUR, to: now - HOUR }
    expect(shown(channelView('nightly', { range }), now)).toMatchObject({ from: range.from, to: range.to })
  })

  test('the last day is shown by the minute, more of the past by the hour, unless another step is chosen', () => {
    const day = { kind: 'last' as const, days: 1 as const }
    expect(shown(channelView('nightly', { range: day }), now).step).toBe('minute')
    expect(shown(channelView('nightly', { range: day, step: 'hour' }), now).step).toBe('hour')
    expect(shown(channelView('nightly'), now).step).toBe('hour')
    const zoomedIn = { kind: 'fixed' as const, from: now - 9 * HOUR, to: now - 6 * HOUR }
    expect(shown(channelView('nightly', { range: zoomedIn }), now).step).toBe('minute')
  })

  test('minutes are shown where they are kept, else hours', () => {
    const day = channelView('nightly', { range: { kind: 'last', days: 1 }, step: 'minute' })
    expect(shown(day, now)).toMatchObject({ step: 'minute', fetched: 'minute' })
    expect(shown(channelView('nightly', { step: 'minute' }), now)).toMatchObject({ step: 'hour', fetched: 'hour' })
    const old = { kind: 'fixed' as const, from: now - 100 * HOUR, to: now - 90 * HOUR }
    expect(shown(channelView('nightly', { range: old, step: 'minute' }), now).step).toBe('hour')
  })

  test('days are made of hours, which carry the expectation, unless there are too many', () => {
    expect(shown(channelView('nightly', { step: 'day' }), now)).toMatchObject({ step: 'day', fetched: 'hour' })
    const years = { kind: 'fixed' as const, from: now - 900 * 24 * HOUR, to: now }
    expect(shown(channelView('nightly', { range: years }), now)).toMatchObject({ step: 'day', fetched: 'day' })
  })
})

test('a zoom is a fixed range on whole hours, never smaller than two hours', () => {
  expect(zoomed(now, now + 30 * HOUR)).toEqual({
    kind: 'fixed',
    from: Date.UTC(2014, 1, 6, 14),
    to: Date.UTC(2014, 1, 7, 20),
  })
  const tiny = zoomed(now, now + 1000)
  expect(tiny.kind === 'fixed' && tiny.to - tiny.from).toBe(2 * HOUR)
})

describe('farther and along', () => {
  test('out of the newest hours it grows into the past: nothing is foretold beyond tomorrow', () => {
    const week = shown(channelView('nightly'), now)
    const twice = scaled(week, 2, now)
    expect(twice).toEqual({ kind: 'fixed', from: week.to - 16 * 24 * HOUR, to: week.to })
  })

  test('in the past it grows both ways', () => {
    const from = Date.UTC(2013, 10, 10)
    const to = Date.UTC(2013, 10, 20)
    expect(scaled({ from, to }, 2, now)).toEqual({ kind: 'fixed', from: from - 120 * HOUR, to: to + 120 * HOUR })
  })

  test('later is no later than what is foretold, and earlier is as much earlier', () => {
    const week = shown(channelView('nightly'), now)
    expect(moved(week, 84 * HOUR, now)).toMatchObject({ from: week.from, to: week.to })
    expect(moved(week, -84 * HOUR, now)).toMatchObject({ from: week.from - 84 * HOUR })
    const old = { from: week.from - 800 * HOUR, to: week.to - 800 * HOUR }
    expect(moved(old, 84 * HOUR, now)).toMatchObject({ from: old.from + 84 * HOUR })
    const beyond = { from: week.from + 800 * HOUR, to: week.to + 800 * HOUR }
    expect(moved(beyond, 84 * HOUR, now)).toMatchObject(beyond)
  })

  test('what fingers pull beyond what is foretold comes back to it', () => {
    const week = shown(channelView('nightly'), now)
    const inside = untilForetold(week.from - 24 * HOUR, week.to - 24 * HOUR, week, now)
    expect(inside).toMatchObject({ from: week.from - 24 * HOUR })
    expect(untilForetold(week.from + 72 * HOUR, week.to + 72 * HOUR, week, now)).toMatchObject({ to: week.to })
  })

  test('however often, it stays what the API answers', () => {
    let range: { readonly from: number; readonly to: number } = shown(channelView('nightly'), now)
    for (let times = 0; times < 30; times++) {
      const next = scaled(range, 2, now)
      if (next.kind === 'fixed') range = next
    }
    expect(isInLimits(range.from, range.to)).toBe(true)
    const [earliest, latest] = [moved(range, -1e15, now), moved(range, 1e15, now)]
    for (const end of [earliest, latest]) expect(isInLimits(end.from, end.to)).toBe(true)
  })
})
