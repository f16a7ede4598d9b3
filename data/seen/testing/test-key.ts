import { createHash } from 'node:crypto'

/** A duplicate key as documents have them; the same `n` has the same. */
export function testKey(n: number | string): string {
  return createHash('sha256').update(`${n}`).digest('hex').slice(0, 32)
}
