import { expect, test } from 'vitest'
import type { Claim } from '../../data/spool/claims.ts'
import { NO_FRAME } from './open-frame.ts'
import { WaitingClaims } from './waiting-claims.ts'

const claim = (createdAt: number, deaths = 0): Claim => {
  const segment = `edge-${createdAt}-7.8-0123456789abcdef.v3`
  return { segment, path: `claimed/${segment}~1.1`, deaths }
}
const imported: Claim = { segment: 'telemetry1.v1.log', path: 'claimed/telemetry1.v1.log~1.1', deaths: 2 }

test('what two processes ended with is kept apart, one death is nothing', () => {
  const waiting = new WaitingClaims()
  waiting.add([claim(1, 1), claim(2, 2), claim(3)])
  expect(waiting.next('live', 0)?.claim).toEqual(claim(1, 1))
  expect(waiting.next('live', 0)?.claim).toEqual(claim(3))
  expect(waiting.next('live', 0)).toBeNull()
  expect(waiting.nextSuspect(0)).toEqual({ claim: claim(2, 2), failures: 0, suspect: NO_FRAME })
  expect(waiting.nextSuspect(0)).toBeNull()
})

test('of those apart, the oldest that was received live comes first, each with the frame that is suspected', () => {
  const waiting = new WaitingClaims()
  waiting.add([imported])
  waiting.addSuspect(claim(9), 4)
  waiting.addSuspect(claim(8), 5)
  const taken = [0, 0, 0].map((now) => waiting.nextSuspect(now))
  expect(taken.map((next) => next?.suspect)).toEqual([5, 4, NO_FRAME])
  expect(taken.map((next) => next?.claim)).toEqual([claim(8), claim(9), imported])
})

test('what failed comes up again in its time, apart or not as it was', () => {
  const waiting = new WaitingClaims()
  waiting.addLater({ claim: claim(1), failures: 1, suspect: null }, 100)
  waiting.addLater({ claim: claim(2), failures: 3, suspect: 6 }, 50)
  expect([waiting.next('live', 49), waiting.nextSuspect(49)]).toEqual([null, null])
  expect(waiting.next('live', 99)).toBeNull()
  expect(waiting.nextSuspect(99)).toEqual({ claim: claim(2), failures: 3, suspect: 6 })
  expect(waiting.next('live', 100)).toEqual({ claim: claim(1), failures: 1, suspect: null })
})
