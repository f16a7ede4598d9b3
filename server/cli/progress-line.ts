import type { CommandIo } from './command.ts'

/** One line on the terminal that says how far a command is; nothing where nobody watches. */
export interface ProgressLine {
  show(text: string): void
  /** Before anything else is written. */
  clear(): void
}

const PAUSE_MS = 100
/** Back to the line's beginning, and delete to its end. */
const ERASE = '\r\x1b[K'

export function progressLine({ err, isTerminal = false }: Pick<CommandIo, 'err' | 'isTerminal'>): ProgressLine {
  let nextAt = 0
  let isShown = false
  return {
    show(text) {
      const now = performance.now()
      if (!isTerminal || now < nextAt) return
      nextAt = now + PAUSE_MS
      isShown = true
      err(ERASE + text)
    },
    clear() {
      if (isShown) err(ERASE)
      isShown = false
      nextAt = 0
    },
  }
}
