import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { Agent } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startReceiverProcess, submit } from './receiver-process.ts'

let folder: string
let agent: Agent
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-synced-'))
  agent = new Agent({ keepAlive: true, maxSockets: 1 })
})
afterEach(async () => {
  agent.destroy()
  await rm(folder, { recursive: true })
})

const canTrace = spawnSync('strace', ['-f', '-o', '/dev/null', 'true']).status === 0

test.skipIf(!canTrace)(
  'the system calls (strace, which may be missing here): folder and segment are synced before each 200',
  async () => {
    const trace = join(folder, 'trace')
    const calls = 'trace=fsync,fdatasync,write,writev,pwritev,pwrite64,rename,openat,sendto,sendmsg'
    const wrapper = ['strace', '-f', '-y', '-s', '64', '-e', calls, '-o', trace]
    const receiver = await startReceiverProcess(join(folder, 'spool'), { wrapper })
    const bodies = Array.from({ length: 10 }, () => `body-${randomUUID()}`)
    for (const body of bodies) expect(await submit(receiver.port, agent, randomUUID(), body)).toBe(200)
    receiver.child.send({ kind: 'stop' })
    await receiver.exited

    const lines = completedCalls(await readFile(trace, 'latin1'))
    const answers = lines.flatMap((line, index) => (line.includes('"HTTP/1.1 200 OK') ? [index] : []))
    expect(answers).toHaveLength(bodies.length)
    const syncedFolders = lines.slice(0, answers[0]).filter((line) => /fsync\(\d+<[^>]*\/spool\/open>/.test(line))
    expect(syncedFolders.length).toBeGreaterThan(0)
    let from = 0
    for (const answer of answers) {
      const before = lines.slice(from, answer)
      const written = before.findIndex(
        (line) => /\bp?writev?(?:64)?\(\d+<[^>]*\.v3>/.test(line) && !line.includes('TIDESEG'),
      )
      const synced = before.findLastIndex((line) => /fdatasync\(\d+<[^>]*\.v3>.*= 0/.test(line))
      expect(written).toBeGreaterThanOrEqual(0)
      expect(synced).toBeGreaterThan(written)
      from = answer
    }
  },
)

/** The calls in the order in which they ended: strace splits one that another thread's interrupts in two lines. */
function completedCalls(trace: string): string[] {
  const begun = new Map<string, string>()
  return trace.split('\n').flatMap((line) => {
    const pid = line.split(' ')[0] ?? ''
    if (line.includes('<unfinished ...>')) {
      begun.set(pid, line.replace('<unfinished ...>', ''))
      return []
    }
    const resumed = /<\.\.\. \w+ resumed>(.*)$/.exec(line)
    return [resumed === null ? line : `${begun.get(pid) ?? ''}${resumed[1]}`]
  })
}
