import { test as base, expect } from '@playwright/test'
import { SANDBOXED } from './pages.ts'
import { askForDemo, type Demo } from './shared-demo.ts'

interface WorkerFixtures {
  /** With the story told and mailed: it takes a minute to get there. */
  readonly demo: Demo
}

interface Fixtures {
  readonly expectedMessages: RegExp[]
}

/** One real demo for all tests: what they change they change for each other. */
export const test = base.extend<Fixtures, WorkerFixtures>({
  demo: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from it which fixtures this one needs.
    async ({}, use) => {
      const demo = await askForDemo()
      await storyTold(demo.url)
      await use(demo)
    },
    { scope: 'worker', timeout: 300_000 },
  ],
  // biome-ignore lint/correctness/noEmptyPattern: as above.
  expectedMessages: async ({}, use) => {
    await use([SANDBOXED])
  },
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
      { timeout: 280_000, intervals: [1000] },
    )
    .toBe(true)
}

export { type Demo, expect }
