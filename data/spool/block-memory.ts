import { BLOCK_BYTES } from './block.ts'

/**
 * `bytes` of memory that begin where a block of it does, as long as there are some to be had; else any. Given for good: who has
 * it keeps it, and uses it again.
 *
 * Only that of WebAssembly is known to begin with a page. It is made once, because each takes much of the addresses, which
 * some systems limit; what of it is never touched takes no memory of the machine.
 */
export function blockMemory(bytes: number): Buffer {
  arena ??= makeArena()
  if (arena.length < bytes) return Buffer.allocUnsafeSlow(bytes)
  const memory = arena.subarray(0, bytes)
  arena = arena.subarray(Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES)
  return memory
}

/** Whether `memory` is some that begins where a block of it does. */
export function isBlockMemory(memory: Buffer): boolean {
  return memory.buffer === arena?.buffer
}

/** What of it isn't given away. */
let arena: Buffer | null = null

/** All that waits in a receiver by default, and some more: 26 MiB. */
const ARENA_PAGES = 416

function makeArena(): Buffer {
  try {
    return Buffer.from(new WebAssembly.Memory({ initial: ARENA_PAGES, maximum: ARENA_PAGES }).buffer)
  } catch {
    // No WebAssembly here, or no addresses for it.
    return Buffer.alloc(0)
  }
}

declare const WebAssembly: {
  readonly Memory: new (pages: {
    readonly initial: number
    readonly maximum: number
  }) => { readonly buffer: ArrayBuffer }
}
