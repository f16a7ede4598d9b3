import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { stateFolders } from '../owner/state-folders.ts'
import { defaultLayer } from '../settings/layers/default-layer.ts'
import { resolveSettings } from '../settings/resolve-settings.ts'
import type { Settings } from '../settings/schema.ts'
import { askOwner, type OwnerAnswer } from './ask-owner.ts'

/** Has the database open until its input ends. */
const HOLDER = `
import { DuckDBInstance } from '@duckdb/node-api'
const instance = await DuckDBInstance.create(process.argv[1])
process.stdout.write('open')
for await (const _ of process.stdin);
instance.closeSync()
`

let settings: Settings
let holder: ChildProcess

beforeEach(async () => {
  const state = await mkdtemp(join(tmpdir(), 'tidewatch-ask-'))
  const resolved = resolveSettings([defaultLayer()])
  if (!('settings' in resolved)) throw new Error('the defaults are no settings')
  settings = { ...resolved.settings, state }
  const { database } = stateFolders(state)
  holder = spawn(process.execPath, ['--input-type=module', '-e', HOLDER, database], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  if (holder.stdout !== null) await once(holder.stdout, 'data')
})

afterEach(async () => {
  const ended = holder.exitCode === null ? once(holder, 'exit') : null
  holder.kill()
  await ended
  await rm(settings.state, { recursive: true })
})

const ping = { method: 'GET', path: '/ping' } as const
const pid = async ({ body }: OwnerAnswer) => JSON.parse(await text(body)).pid

test('a database that another process has just open is waited for', async () => {
  const asked = askOwner(settings, ping, pid, 60_000)
  setTimeout(() => holder.stdin?.end(), 300)
  expect(await asked).toBe(process.pid)
})

test('where it is not let go of, that is said in one sentence, with the exit code of what may succeed later', async () => {
  await expect(askOwner(settings, ping, pid, 0)).rejects.toMatchObject({
    exitCode: 75,
    message: expect.stringMatching(
      /^state is ".*": a service that is starting or stopping, or another command, has its database open; try again in a moment$/,
    ),
  })
})
