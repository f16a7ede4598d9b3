import { Histogram, Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { TalliedHistogram } from './tallied-histogram.ts'

const OF = { name: 'waited_seconds', help: 'How long.', buckets: [0.001, 0.1, 1] }

test.each([
  { claim: 'before anything was counted', values: [] },
  { claim: 'with values between, on and above all bounds', values: [0, 0.001, 0.05, 0.1, 0.100001, 1, 7, 1e9] },
])('$claim it is read as one that prom-client counts', async ({ values }) => {
  const theirs = new Registry()
  const usual = new Histogram({ ...OF, registers: [theirs] })
  const ours = new Registry()
  const tallied = new TalliedHistogram({ ...OF, registers: [ours] })
  for (const value of values) {
    usual.observe(value)
    tallied.tally(value)
  }
  expect(await ours.metrics()).toBe(await theirs.metrics())
  expect(sampled(await ours.getMetricsAsJSON())).toEqual(sampled(await theirs.getMetricsAsJSON()))
})

/** Without the exemplars, which nobody has. */
function sampled(families: unknown): unknown {
  return JSON.parse(JSON.stringify(families, (name, value: unknown) => (name === 'exemplar' ? undefined : value)))
}
