/** What a parent sends to a child that shall stop. */
export const STOP_MESSAGE = { kind: 'stop' } as const

export function isStopMessage(message: unknown): boolean {
  return typeof message === 'object' && message !== null && 'kind' in message && message.kind === STOP_MESSAGE.kind
}
