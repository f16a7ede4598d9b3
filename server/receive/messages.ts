import { z } from 'zod'

/** What a receiver's process tells its parent: that submissions are received, or why that can't begin; and which certificate it uses. */
export const receiverMessage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('listening'), port: z.int() }),
  z.object({ kind: z.literal('cannot_listen'), code: z.string() }),
  /** This pair is in force: should its files be spoilt when a receiver is started again, it has that from its parent. In PEM. */
  z.object({ kind: z.literal('tls_in_force'), certificate: z.string(), key: z.string() }),
  z.object({ kind: z.literal('tls_wanted') }),
])
export type ReceiverMessage = z.infer<typeof receiverMessage>

/** What the parent tells its receivers: files that their options name may have changed. */
export const RELOAD_MESSAGE = { kind: 'reload' } as const
export const parentMessage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal(RELOAD_MESSAGE.kind) }),
  /** The pair that was in force last; null: none was. */
  z.object({ kind: z.literal('tls'), pair: z.object({ certificate: z.string(), key: z.string() }).nullable() }),
])
export type ParentMessage = z.infer<typeof parentMessage>
