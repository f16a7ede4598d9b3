import { LIVE_SOURCE } from './dimensions.ts'

const PREFIX = 'import:'

/** Who "listened" where counts were brought in under the name `source`: receivers' own names hold no colon. */
export function importReceiver(source: string): string {
  return PREFIX + source
}

/** Whether `receiver` stands for an import. */
export function isImportReceiver(receiver: string): boolean {
  return receiver.startsWith(PREFIX)
}

/** `source` of what `receiver` brought: an import's name, else `live`. */
export function sourceOfReceiver(receiver: string): string {
  return isImportReceiver(receiver) ? receiver.slice(PREFIX.length) : LIVE_SOURCE
}
