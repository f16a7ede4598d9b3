import { type DestinationStream, destination, type Logger, pino, stdSerializers, stdTimeFunctions } from 'pino'

export type { Logger } from 'pino'

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

export interface LogOptions {
  readonly level: LogLevel
  /** Which process speaks: `owner`, `receiver`, `converter` … */
  readonly role: string
  /** Where lines go; stderr unless a test wants to read them. */
  readonly to?: DestinationStream
}

/**
 * The log of one process: a JSON object a line, with `time` in UTC, on stderr; stdout belongs to commands' answers.
 * Errors go under `error`. Written at once, not buffered: the last line before a crash is the one that matters.
 */
export function createLog({ level, role, to = destination({ dest: 2, sync: true }) }: LogOptions): Logger {
  return pino(
    {
      level,
      base: { role, pid: process.pid },
      timestamp: stdTimeFunctions.isoTime,
      serializers: { error: stdSerializers.err },
    },
    to,
  )
}
