import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createLog } from '../../server/log.ts'
import { type ChildOptions, type SupervisedChild, superviseChild } from '../../server/process/supervise-child.ts'

const compiled = pathToFileURL(`${process.cwd()}/dist/test/process/`)
const messageSchema = z.object({ kind: z.string(), pid: z.int(), greeting: z.string().optional() })
type Message = z.infer<typeof messageSchema>

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

describe('a supervised child', () => {
  test('is told its arguments and environment, and told and tells messages', async () => {
    const { child, next } = supervise({ env: { GREETING: 'high tide' } })
    expect(await next()).toEqual({ kind: 'started', pid: child.pid, greeting: 'high tide' })
    expect(child.send({ kind: 'echo' })).toBe(true)
    expect(await next()).toMatchObject({ kind: 'echo', pid: child.pid })
  })

  test('is started again as often as it dies', async () => {
    const { child, next } = supervise({})
    const first = await next()
    child.send({ kind: 'die' })
    const second = await next()
    process.kill(second.pid, 'SIGKILL')
    const third = await next()
    expect(new Set([first.pid, second.pid, third.pid]).size).toBe(3)
    expect(child.restarts).toBe(2)
    expect(child.pid).toBe(third.pid)
  })

  test('that can not even be loaded is tried again, ever later, and can be given up', async () => {
    const { child } = supervise({ entry: new URL('no-such-file.js', compiled) })
    await until(() => child.restarts >= 2)
    await child.stop()
    const restarts = child.restarts
    await sleep(100)
    expect(child.restarts).toBe(restarts)
    expect(child.send({ kind: 'echo' })).toBe(false)
  })

  test('stops when it is asked to, and stays stopped', async () => {
    const { child, next } = supervise({})
    const { pid } = await next()
    await Promise.all([child.stop(), child.stop()])
    expect(isAlive(pid)).toBe(false)
    expect(child.pid).toBeNull()
    expect(child.restarts).toBe(0)
  })

  test('is killed when it does not stop by itself', async () => {
    const { child, next } = supervise({ args: ['never'], stopGraceMs: 100 })
    const { pid } = await next()
    await child.stop()
    expect(isAlive(pid)).toBe(false)
  })

  test("leaves Ctrl-C to its parent's word", async () => {
    const { child, next } = supervise({})
    const { pid } = await next()
    process.kill(pid, 'SIGINT')
    process.kill(pid, 'SIGHUP')
    child.send({ kind: 'echo' })
    expect(await next()).toMatchObject({ kind: 'echo', pid })
  })

  test.each(['soon', 'never'])(
    'ends after its parent was killed with SIGKILL, also where its stop takes %s',
    async (mode) => {
      const parent = spawn(process.execPath, [new URL('parent.js', compiled).pathname, mode], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const [line] = await once(createInterface(parent.stdout), 'line')
      const { pid } = messageSchema.parse(JSON.parse(z.string().parse(line)))
      expect(isAlive(pid)).toBe(true)
      parent.kill('SIGKILL')
      await until(() => !isAlive(pid))
    },
  )
})

/** A supervised obedient-child, and its messages one after the other. */
function supervise(options: Partial<ChildOptions>): { child: SupervisedChild; next: () => Promise<Message> } {
  const messages: Message[] = []
  const child = superviseChild({
    name: 'child',
    entry: new URL('obedient-child.js', compiled),
    log: createLog({ level: 'silent', role: 'test' }),
    onMessage: (message) => messages.push(messageSchema.parse(message)),
    restartDelaysMs: [10, 20],
    ...options,
  })
  stops.push(() => child.stop())
  const next = async () => {
    await until(() => messages.length > 0)
    return messageSchema.parse(messages.shift())
  }
  return { child, next }
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(10)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
