import { expect, test } from 'vitest'
import { randomStream } from '../story/random.ts'
import { storyRates } from '../story/rates.ts'
import { type Draw, lotteryOf } from './draw.ts'
import { type Fault, withFaults } from './faults.ts'

const hour = storyRates({ events: [] })(Date.UTC(2014, 0, 10, 12))
const nightly = new Set(['nightly'])

test.each<{ fault: Fault; claim: string; holds: (draw: Draw) => boolean }>([
  { fault: 'silent-build', claim: 'sends nothing from the newest build', holds: ({ rate }) => !rate.isNewestBuild },
  {
    fault: 'missing-saved-session',
    claim: 'sends only idle-daily from the newest build',
    holds: ({ rate }) => !rate.isNewestBuild || rate.reason === 'idle-daily',
  },
  {
    fault: 'https-revision',
    claim: 'has https in the newest build and http in the others',
    holds: ({ rate }) => rate.https === rate.isNewestBuild,
  },
  {
    fault: 'too-large',
    claim: 'has bodies over the limit in the newest build only',
    holds: ({ rate }) => rate.isTooLarge === rate.isNewestBuild,
  },
])('$fault $claim', ({ fault, holds }) => {
  const drawn = draws(withFaults(hour, [fault]))
  expect(drawn.every(holds)).toBe(true)
  expect(draws(hour).every(holds)).toBe(false)
})

test('garbage spoils a third of all submissions', () => {
  const ratio = (from: typeof hour) => draws(from).filter(({ problem }) => problem === 'bad_json').length / 3_000
  expect(ratio(withFaults(hour, ['garbage']))).toBeGreaterThan(0.25)
  expect(ratio(hour)).toBeLessThan(0.03)
})

test('submissions are drawn as often as their rates say', () => {
  const lottery = lotteryOf(hour, nightly)
  const saved = draws(hour).filter(({ rate }) => rate.reason === 'saved-session').length / 3_000
  const channel = hour.channels.find(({ profile }) => profile.channel === 'nightly')
  const expected = channel?.rates.filter(({ reason }) => reason === 'saved-session') ?? []
  const share = expected.reduce((sum, { perHour }) => sum + perHour, 0) / lottery.perHour
  expect(Math.abs(saved - share)).toBeLessThan(0.04)
})

test('where nothing is sent, nothing is drawn', () => {
  expect(lotteryOf({ hour: 0, channels: [] }, null).draw(randomStream(1))).toBeNull()
})

function draws(from: typeof hour): Draw[] {
  const random = randomStream(2)
  const lottery = lotteryOf(from, nightly)
  return Array.from({ length: 3_000 }, () => lottery.draw(random)).filter((draw) => draw !== null)
}
