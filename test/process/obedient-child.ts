import { endWithParent } from '../../server/process/end-with-parent.ts'

// A child that says what happens to it; `mode` is how it stops.
const [mode = 'soon'] = process.argv.slice(2)

endWithParent(async () => {
  if (mode === 'never') await new Promise(() => setInterval(() => {}, 1_000))
})

process.send?.({ kind: 'started', pid: process.pid, greeting: process.env.GREETING })
process.on('message', (message) => {
  if (message === null || typeof message !== 'object' || !('kind' in message)) return
  if (message.kind === 'die') process.exit(3)
  if (message.kind === 'echo') process.send?.({ kind: 'echo', pid: process.pid })
})
setInterval(() => {}, 1_000)
