import { z } from 'zod'

/** What a receiver's process tells its parent: that submissions are received, or why that can't begin. */
export const receiverMessage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('listening'), port: z.int() }),
  z.object({ kind: z.literal('cannot_listen'), code: z.string() }),
])
export type ReceiverMessage = z.infer<typeof receiverMessage>

/** What the parent tells its receivers: files that their options name may have changed. */
export const RELOAD_MESSAGE = { kind: 'reload' } as const
export const parentMessage = z.object({ kind: z.literal(RELOAD_MESSAGE.kind) })
