import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { stateFolders } from '../owner/state-folders.ts'
import { defaultLayer } from '../settings/layers/default-layer.ts'
import { flagLayer } from '../settings/layers/flag-layer.ts'
import { resolveSettings } from '../settings/resolve-settings.ts'
import { askOwner } from './ask-owner.ts'
import { CommandError } from './command.ts'

/** A service that is asked something, and dies of it. */
async function ownerThatDies(die: (response: ServerResponse) => void) {
  const state = await mkdtemp(join(tmpdir(), 'tidewatch-ask-'))
  const server = createServer((request, response) => {
    if (request.url === '/ping') response.end('{}')
    else die(response)
  })
  await new Promise<void>((resolve) => server.listen(stateFolders(state).socket, resolve))
  onTestFinished(async () => {
    await new Promise((resolve) => server.close(resolve))
    await rm(state, { recursive: true })
  })
  const resolved = resolveSettings([defaultLayer(), flagLayer(new Map([['state', state]]))])
  if (resolved.kind === 'problems') throw new Error(resolved.problems.join('\n'))
  return resolved.settings
}

test.each([
  { when: 'before it answers', die: (response: ServerResponse) => response.destroy() },
  {
    when: 'in the middle of its answer',
    die: (response: ServerResponse) => response.write('half of', () => response.destroy()),
  },
])('a service that ends $when is told of in a sentence', async ({ die }) => {
  const settings = await ownerThatDies(die)
  const asked = askOwner(settings, { method: 'GET', path: '/export' }, ({ body }) => text(body))
  await expect(asked).rejects.toThrow(
    new CommandError('the service ended before its answer did: ask again when it runs'),
  )
})
