import { describe, expect, test, vi } from 'vitest'
import { type InLine, PendingBytes } from './pending-bytes.ts'

interface Client extends InLine {
  readonly heard: ('go on' | 'give up')[]
}

function client(): Client {
  const heard: Client['heard'] = []
  return { heard, goOn: () => heard.push('go on'), giveUp: () => heard.push('give up') }
}

/** Takes `bytes` for a new client, which stands in line where it has to. */
function arrive(pending: PendingBytes, bytes: number): Client {
  const who = client()
  if (pending.take(bytes, who) === 'later') pending.standInLine(who)
  return who
}

/** As many as may go on without room. */
const EXEMPT = 16

function fullOfExempt(max: number): { readonly pending: PendingBytes; readonly exempt: readonly Client[] } {
  const pending = new PendingBytes(max)
  pending.take(max, client())
  return { pending, exempt: Array.from({ length: EXEMPT }, () => arrive(pending, 1)) }
}

describe('room', () => {
  test.each([
    { claim: 'whatever its size, where nothing else waits', before: 0, piece: 5000, answer: 'room' },
    { claim: 'up to the limit', before: 600, piece: 400, answer: 'room' },
    { claim: 'later, beyond it', before: 600, piece: 401, answer: 'later' },
    { claim: 'none, a quarter beyond it', before: 1000, piece: 251, answer: 'none' },
  ])('$claim', ({ before, piece, answer }) => {
    const pending = new PendingBytes(1000)
    if (before > 0) pending.take(before, client())
    expect(pending.take(piece, client())).toBe(answer)
    expect(pending.bytes).toBe(answer === 'none' ? before : before + piece)
  })
})

describe('the line', () => {
  test('the first of those that stand in it go on at once: bodies without an end would wait for each other', () => {
    const { exempt } = fullOfExempt(1000)
    expect(exempt.map(({ heard }) => heard)).toEqual(exempt.map(() => ['go on']))
  })

  test('whoever goes on like that isn’t stopped again', () => {
    const { pending, exempt } = fullOfExempt(1000)
    const [first] = exempt
    expect(first && pending.take(400, first)).toBe('room')
  })

  test('the others go on in their order, as soon as there is room', () => {
    const { pending } = fullOfExempt(1000)
    const [first, second] = [arrive(pending, 1), arrive(pending, 1)]
    expect([first.heard, second.heard]).toEqual([[], []])
    pending.release(18)
    expect([first.heard, second.heard]).toEqual([[], []])
    pending.release(1)
    expect([first.heard, second.heard]).toEqual([['go on'], ['go on']])
  })

  test('when one of the first has left, the next takes its place', () => {
    const { pending, exempt } = fullOfExempt(1000)
    const next = arrive(pending, 1)
    const [first] = exempt
    if (first !== undefined) pending.leave(first)
    expect(next.heard).toEqual(['go on'])
  })

  test('whoever waited for too long is told to give up, once; whoever left isn’t told at all', async () => {
    const pending = new PendingBytes(1000, 30)
    pending.take(1000, client())
    for (let count = 0; count < EXEMPT; count++) arrive(pending, 1)
    const [patient, gone] = [arrive(pending, 1), arrive(pending, 1)]
    pending.leave(gone)
    await vi.waitFor(() => expect(patient.heard).toEqual(['give up']))
    pending.release(1000)
    expect([patient.heard, gone.heard]).toEqual([['give up'], []])
  })
})
