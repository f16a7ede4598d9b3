import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base, expect } from '@playwright/test'
import { freePort, startTidewatch, type TidewatchProcess } from '../support/tidewatch-process.ts'
import { SANDBOXED } from './pages.ts'

/** A demo that can be stopped and started again on the same state and addresses. */
export interface Demo {
  readonly url: string
  readonly receiveUrl: string
  stop(): Promise<void>
  start(): Promise<void>
}

interface WorkerFixtures {
  readonly demo: Demo
}

interface Fixtures {
  readonly expectedMessages: RegExp[]
  readonly told: undefined
}

/** One real demo, with the story told and mailed, for all tests of a file: it takes a minute to get there. */
export const test = base.extend<Fixtures, WorkerFixtures>({
  demo: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from it which fixtures this one needs.
    async ({}, use) => {
      const state = await mkdtemp(join(tmpdir(), 'tidewatch-demo-'))
      const ports = { receivePort: await freePort(), dashboardPort: await freePort() }
      // Only with the address under which people reach it do mails have links.
      const environment = { TIDEWATCH_PUBLIC_URL: `http://127.0.0.1:${ports.dashboardPort}` }
      const start = (): Promise<TidewatchProcess> => startTidewatch({ state, ...ports, environment, command: ['demo'] })
      let server: TidewatchProcess | null = await start()
      await use({
        url: server.dashboardUrl,
        receiveUrl: server.receiveUrl,
        async stop() {
          expect(await server?.stop()).toBe(0)
          server = null
        },
        async start() {
          server = await start()
        },
      })
      await server?.stop()
      await rm(state, { recursive: true })
    },
    { scope: 'worker', timeout: 240_000 },
  ],
  // biome-ignore lint/correctness/noEmptyPattern: as above.
  expectedMessages: async ({}, use) => {
    await use([SANDBOXED])
  },
  // A demo that was started again tells its story from the beginning.
  told: [
    async ({ demo }, use) => {
      await storyTold(demo.url)
      await use(undefined)
    },
    { auto: true, timeout: 240_000 },
  ],
  baseURL: async ({ demo }, use) => {
    await use(demo.url)
  },
  page: async ({ page, expectedMessages }, use) => {
    const messages: string[] = []
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') messages.push(message.text())
    })
    page.on('pageerror', (error) => messages.push(`${error.name}: ${error.message}`))
    await use(page)
    expect(messages.filter((text) => !expectedMessages.some((pattern) => pattern.test(text)))).toEqual([])
  },
})

async function storyTold(url: string): Promise<void> {
  await expect
    .poll(
      async () => {
        const answer = await fetch(`${url}/api/v1/mails`)
        const { mails }: { mails: { state: string; trigger: string }[] } = JSON.parse(await answer.text())
        const openings = mails.filter(({ trigger }) => trigger === 'opened')
        return openings.length >= 5 && mails.every(({ state }) => state === 'sent')
      },
      { timeout: 200_000, intervals: [1000] },
    )
    .toBe(true)
}

export { expect }
