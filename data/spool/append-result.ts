import type { EpochMs } from '../domain/time.ts'

/**
 * What became of an entry. `synced`: it survives a power cut, as this frame. `failed`: nothing is promised of it; it may
 * be there or not. `no_space`: the disk (or the quota) is full.
 */
export type AppendResult =
  | { readonly kind: 'synced'; readonly segment: string; readonly frame: number; readonly receivedAt: EpochMs }
  | { readonly kind: 'failed'; readonly cause: 'no_space' | 'other'; readonly error: unknown }

export function failed(error: unknown): AppendResult {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return { kind: 'failed', cause: code === 'ENOSPC' || code === 'EDQUOT' ? 'no_space' : 'other', error }
}
