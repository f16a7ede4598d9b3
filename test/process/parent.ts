import { createLog } from '../../server/log.ts'
import { superviseChild } from '../../server/process/supervise-child.ts'

// A process with one supervised child, for tests that kill it. Tells the child's process id on stdout.
const [mode = 'soon'] = process.argv.slice(2)

superviseChild({
  name: 'child',
  entry: new URL('./obedient-child.js', import.meta.url),
  args: [mode],
  log: createLog({ level: 'silent', role: 'parent' }),
  onMessage: (message) => process.stdout.write(`${JSON.stringify(message)}\n`),
})
