import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, readlinkSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { IDENTITY_PATTERN, identityOf, isAlive, ownIdentity } from './process-identity.ts'

test('this process is alive, under a name that fits in file names', () => {
  expect(ownIdentity()).toMatch(new RegExp(`^${IDENTITY_PATTERN}$`))
  expect(ownIdentity().split('.')[0]).toBe(String(process.pid))
  expect(isAlive(ownIdentity())).toBe(true)
})

describe.skipIf(process.platform !== 'linux')('an identity of Linux', () => {
  const [pid = '', start = ''] = ownIdentity().split('.')
  const [ticks = '', boot = '', namespace = ''] = start.split('x')
  const NOBODY = '4194305'

  test('has the pid namespace in it', () => {
    expect(readlinkSync('/proc/self/ns/pid')).toBe(`pid:[${namespace}]`)
  })

  test.each([
    { claim: 'of the same number, started at another time', identity: `${pid}.1x${boot}x${namespace}` },
    { claim: 'of a number that nobody has', identity: `${NOBODY}.${ticks}x${boot}x${namespace}` },
    { claim: 'of another boot', identity: `${pid}.${ticks}x00000000x${namespace}` },
    { claim: 'of another boot, in another namespace', identity: `${pid}.${ticks}x00000000x1` },
  ])('$claim is proved gone', ({ identity }) => {
    expect(isAlive(identity)).toBe(false)
  })

  test.each([
    { claim: 'of another namespace', identity: `${NOBODY}.${ticks}x${boot}x1` },
    { claim: 'of a namespace that nothing told', identity: `${NOBODY}.${ticks}x${boot}x0` },
    { claim: 'of a boot that nothing told', identity: `${NOBODY}.${ticks}x0x${namespace}` },
    { claim: 'that nothing told about', identity: `${NOBODY}.0` },
    { claim: 'of a number that can’t even be asked for', identity: `99999999999.${ticks}x${boot}x${namespace}` },
  ])('$claim may be alive: nothing proves it gone', ({ identity }) => {
    expect(isAlive(identity)).toBe(true)
  })
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
  // Once its parent is a sleep, nobody asks for its exit code.
  await expect.poll(() => readFileSync(`/proc/${shell.pid}/comm`, 'latin1')).toBe('sleep\n')
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
