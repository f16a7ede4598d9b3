import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { IDENTITY_PATTERN, identityOf, isAlive, ownIdentity } from './process-identity.ts'

test('this process is alive, under a name that fits in file names', () => {
  expect(ownIdentity()).toMatch(new RegExp(`^${IDENTITY_PATTERN}$`))
  expect(ownIdentity().split('.')[0]).toBe(String(process.pid))
  expect(isAlive(ownIdentity())).toBe(true)
})

test('another process of the same number is not this one', () => {
  expect(isAlive(`${process.pid}.1x00000000`)).toBe(false)
})

test('a process is alive until it is killed', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
  const identity = identityOf(child.pid ?? 0) ?? ''
  expect(isAlive(identity)).toBe(true)
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(isAlive(identity)).toBe(false)
})

test.skipIf(process.platform !== 'linux')('a zombie is dead: it writes no more', async () => {
  const shell = spawn('sh', ['-c', 'sleep 30 & echo $!; exec sleep 30'], { stdio: ['ignore', 'pipe', 'ignore'] })
  const [pid] = await once(shell.stdout, 'data')
  const identity = identityOf(Number(pid)) ?? ''
  expect(isAlive(identity)).toBe(true)
  // Its parent is a sleep by now, which asks for nobody's exit code.
  process.kill(Number(pid), 'SIGKILL')
  await expect.poll(() => readFileSync(`/proc/${Number(pid)}/stat`, 'latin1')).toContain(') Z ')
  expect(isAlive(identity)).toBe(false)
  shell.kill('SIGKILL')
})

test.each(['', '1', 'x.y', '-1.0', '0x10.5', '12.', '../1.5'])(
  '"%s" is no identity, so nobody lives under it',
  (text) => {
    expect(isAlive(text)).toBe(false)
  },
)
