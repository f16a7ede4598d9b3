import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const ENTRY = fileURLToPath(new URL('../../dist/server/convert/careful-worker.js', import.meta.url))

test.each([
  { claim: 'before it had begun to listen', afterMs: 0 },
  { claim: 'after that', afterMs: 2_000 },
])('a process apart ends when its parent is gone $claim', async ({ afterMs }) => {
  const child = spawn(process.execPath, [ENTRY, JSON.stringify({ state: tmpdir() })], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc', 'pipe'],
  })
  const ended = once(child, 'exit')
  await new Promise((resolve) => setTimeout(resolve, afterMs))
  child.disconnect()
  expect(await ended).toEqual([null, 'SIGKILL'])
})
