import { SECOND_MS } from '../../data/domain/time.ts'
import type { Logger } from '../log.ts'
import { readTlsPair, type TlsFiles, type TlsPair, TlsTrouble, validUntil } from './tls-pair.ts'

export interface TlsWatch {
  /**
   * Puts new contents to work. `asked`: somebody says that they are complete; `by_itself`: perhaps only one of the two files
   * has been replaced so far, so trouble is told of when it is met again.
   */
  look(why: 'asked' | 'by_itself'): Promise<void>
  stop(): void
}

export interface TlsWatchOptions {
  readonly inForce: TlsPair | null
  readonly use: (pair: TlsPair) => void
  readonly log: Logger
  readonly everyMs?: number
}

/**
 * Looks every few seconds whether certificate or key have other contents, however they were put there (written in place,
 * renamed, by links), and puts them to work. Where they can't be used, the old ones stay in force, and the log says so once.
 */
export function watchTlsPair(
  files: TlsFiles,
  { inForce, use, log, everyMs = 5 * SECOND_MS }: TlsWatchOptions,
): TlsWatch {
  let used = inForce
  let seen: string | null = null
  let told: string | null = null
  let looking: Promise<void> = Promise.resolve()

  async function lookOnce(why: 'asked' | 'by_itself'): Promise<void> {
    try {
      const pair = await readTlsPair(files)
      seen = null
      told = null
      if (used !== null && isSame(used, pair)) return
      use(pair)
      used = pair
      log.info({ validUntil: validUntil(pair).toISOString() }, 'a new certificate is in force')
    } catch (error) {
      if (!(error instanceof TlsTrouble)) throw error
      const { message } = error
      if (message !== told && (why === 'asked' || message === seen)) {
        log.error(`the certificate in force stays, the new one can't be used: ${message}`)
        told = message
      }
      seen = message
    }
  }

  function look(why: 'asked' | 'by_itself'): Promise<void> {
    looking = looking.then(() => lookOnce(why))
    return looking
  }

  const timer = setInterval(() => void look('by_itself'), everyMs)
  timer.unref()
  return { look, stop: () => clearInterval(timer) }
}

function isSame(a: TlsPair, b: TlsPair): boolean {
  return a.cert.equals(b.cert) && a.key.equals(b.key)
}
