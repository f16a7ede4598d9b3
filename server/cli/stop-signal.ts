const ASKS_TO_STOP = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Aborted when this process is asked to stop. It may be asked several times at once (Ctrl-C reaches npm and this process,
 * and npm passes it on), so asking again changes nothing: a stop is always a clean one, and SIGKILL is there for the rest.
 * SIGHUP asks to stop only until somebody else listens for it (a server reloads its settings then).
 */
export function stopSignal(): AbortSignal {
  const controller = new AbortController()
  for (const signal of ASKS_TO_STOP) {
    process.on(signal, () => {
      if (signal === 'SIGHUP' && process.listenerCount('SIGHUP') > 1) return
      controller.abort(signal)
    })
  }
  return controller.signal
}
