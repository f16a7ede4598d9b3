import { isStopMessage } from './stop-message.ts'

/** A parent that is gone waits for nobody: its successor may start at any moment, and wants what this process holds. */
const ORPHAN_GRACE_MS = 800

/**
 * For a child process: runs `stop` once and exits when the parent asks for it, on SIGTERM, or when the parent is gone
 * (its end of the channel closes, however it died): then within a second at the latest, whether or not `stop` is through.
 * Ctrl-C reaches every process of a terminal; here it is the parent's word that counts. Without a parent, SIGTERM does.
 * Exit code 0, or 1 where `stop` failed or was cut short.
 */
export function endWithParent(stop: () => Promise<void>): void {
  let ending = false
  const end = async () => {
    if (ending) return
    ending = true
    // A stop that fails ends the process as any unhandled error does: with its stack, and exit code 1.
    await stop()
    process.exit(0)
  }
  const endOrphaned = () => {
    setTimeout(() => process.exit(1), ORPHAN_GRACE_MS)
    void end()
  }

  process.on('SIGINT', () => {})
  process.on('SIGHUP', () => {})
  process.on('SIGTERM', () => void end())
  if (process.send === undefined) return
  process.on('message', (message) => {
    if (isStopMessage(message)) void end()
  })
  process.on('disconnect', endOrphaned)
  if (!process.connected) endOrphaned()
}
