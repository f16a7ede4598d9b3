import { gunzipSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ReusedGunzip } from './reused-gunzip.ts'

function created(): ReusedGunzip {
  const gunzip = ReusedGunzip.create()
  if (gunzip === null) throw new Error('this Node.js is one that it goes with')
  return gunzip
}

const gunzip = created()
const to = Buffer.alloc(4096)

/** What it says `gzip` holds; null: nothing. */
function inflated(gzip: Uint8Array): Buffer | null {
  return gunzip.inflate(gzip, to) ? Buffer.from(to.subarray(0, ReusedGunzip.saidBytes(gzip) ?? 0)) : null
}

test('inflates one body after the other as gunzipSync does', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 4000 }), fc.nat(9), (bytes, level) => {
      expect(inflated(gzipSync(bytes, { level }))).toEqual(Buffer.from(bytes))
    }),
  )
})

test('says nothing of what gunzipSync reads otherwise, and nothing of it shows in the next', () => {
  const text = Buffer.from('a text that is there, that is there again and again')
  const gzip = gzipSync(text)
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(gzip.length - 1), fc.nat(255))), fc.nat(), (changes, end) => {
      const changed = Buffer.from(gzip.subarray(0, gzip.length - (end % 3 === 0 ? end % gzip.length : 0)))
      for (const [at, byte] of changes) if (at < changed.length) changed[at] = byte
      const found = inflated(changed)
      if (found !== null) expect(found).toEqual(gunzipSync(changed))
      expect(inflated(gzip)).toEqual(text)
    }),
    { numRuns: 1000 },
  )
})

test.each([
  { claim: 'a body that ends early', gzip: gzipSync('text').subarray(0, -1) },
  { claim: 'one with something behind it', gzip: Buffer.concat([gzipSync('text'), Buffer.of(0)]) },
  { claim: 'two in one', gzip: Buffer.concat([gzipSync('one'), gzipSync('another')]) },
  { claim: 'one that is longer than there is room', gzip: gzipSync(Buffer.alloc(to.length)) },
  { claim: 'one that says that it is longer', gzip: withLength(gzipSync('text'), 5) },
  { claim: 'one that says that it is shorter', gzip: withLength(gzipSync('text'), 3) },
  { claim: 'nothing', gzip: Buffer.alloc(0) },
  { claim: 'a text', gzip: Buffer.from('a text that is long enough') },
])('leaves $claim to others', ({ gzip }) => {
  expect(inflated(gzip)).toBeNull()
})

function withLength(gzip: Buffer, length: number): Buffer {
  const changed = Buffer.from(gzip)
  changed.writeUInt32LE(length, gzip.length - 4)
  return changed
}
