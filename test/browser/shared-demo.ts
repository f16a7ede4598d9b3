import { once } from 'node:events'
import { mkdtemp } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { removeFolder } from '../support/remove-folder.ts'
import { freePort, startTidewatch, type TidewatchProcess } from '../support/tidewatch-process.ts'

/** Where those who run tests ask for the demo. */
const ASK_AT = 'TIDEWATCH_TEST_DEMO'

export interface Demo {
  readonly url: string
  readonly receiveUrl: string
}

/** The one demo of this run, started where nobody has asked for it yet: to judge a winter takes a processor for a minute. */
export async function askForDemo(): Promise<Demo> {
  const answer = await fetch(process.env[ASK_AT] ?? '')
  if (!answer.ok) throw new Error(await answer.text())
  return JSON.parse(await answer.text())
}

/** Called before the first test, and what it answers after the last. */
// biome-ignore lint/style/noDefaultExport: Playwright looks for it there.
export default async function offerDemo(): Promise<() => Promise<void>> {
  const state = await mkdtemp(join(tmpdir(), 'tidewatch-demo-'))
  // Where all tests are run, somebody will ask.
  let demo = process.env.CI === undefined ? null : startDemo(state)
  const server = createServer((_request, response) => {
    demo ??= startDemo(state)
    demo.then(
      ({ dashboardUrl: url, receiveUrl }) => response.end(JSON.stringify({ url, receiveUrl } satisfies Demo)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  process.env[ASK_AT] = `http://127.0.0.1:${address.port}`
  return async () => {
    server.close()
    await (await demo?.catch(() => null))?.stop()
    await removeFolder(state)
  }
}

async function startDemo(state: string): Promise<TidewatchProcess> {
  const ports = { receivePort: await freePort(), dashboardPort: await freePort() }
  // Only with the address under which people reach it do mails have links.
  const environment = { TIDEWATCH_PUBLIC_URL: `http://127.0.0.1:${ports.dashboardPort}` }
  return startTidewatch({ state, ...ports, environment, command: ['demo'] })
}
