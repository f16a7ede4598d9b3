import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ensureChromium } from './chromium.mjs'

/** The only folder in PATH: nothing but what a test puts there is on this machine. */
let programs: string

beforeEach(() => {
  programs = mkdtempSync(join(tmpdir(), 'tidewatch-programs-'))
  vi.stubEnv('PATH', programs)
  vi.stubEnv('TIDEWATCH_CHROMIUM', undefined)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(programs, { recursive: true })
})

test('a Chromium that is installed is used, whatever it is called', async () => {
  const chrome = program('google-chrome', 'exit 0')
  expect(await ensureChromium()).toBe(chrome)
})

test('TIDEWATCH_CHROMIUM names another one', async () => {
  program('chromium', 'exit 0')
  const own = program('my-chromium', 'exit 0')
  vi.stubEnv('TIDEWATCH_CHROMIUM', own)
  expect(await ensureChromium()).toBe(own)
})

test.each(['chromium', '/no/such/chromium'])('TIDEWATCH_CHROMIUM "%s" is refused by name', async (named) => {
  vi.stubEnv('TIDEWATCH_CHROMIUM', named)
  await expect(ensureChromium()).rejects.toThrow(`TIDEWATCH_CHROMIUM is "${named}": use the absolute path`)
})

test.runIf(process.getuid?.() === 0)('where root may install it, apt-get does', async () => {
  const calls = join(programs, 'calls')
  const chromium = join(programs, 'chromium')
  program(
    'apt-get',
    `echo "$@" >> ${calls}
case "$*" in *install*) /bin/cp ${program('donor', 'exit 0')} ${chromium};; esac`,
  )
  expect(await ensureChromium()).toBe(chromium)
  expect(readFileSync(calls, 'utf8')).toBe(
    '-o DPkg::Lock::Timeout=120 update\n-o DPkg::Lock::Timeout=120 install -y --no-install-recommends chromium\n',
  )
})

test.runIf(process.getuid?.() === 0)('where apt-get fails, what to install is said', async () => {
  program('apt-get', 'exit 100')
  await expect(ensureChromium()).rejects.toThrow(
    /needs? Chromium, and apt-get failed \(exit code 100\): install it .*apt-get install chromium.*TIDEWATCH_CHROMIUM/,
  )
})

test('where there is no apt-get, what to install is said', async () => {
  await expect(ensureChromium()).rejects.toThrow('install it (Debian and Ubuntu: apt-get install chromium)')
})

function program(name: string, script: string): string {
  const path = join(programs, name)
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
  return path
}
