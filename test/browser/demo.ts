import type { MailsAnswer, OverviewAnswer } from '../../server/api/types.ts'
import { HOUR_MS, SANDBOXED } from './pages.ts'
import { askForDemo, type Demo } from './shared-demo.ts'
import { test as base, expect } from './silent-page.ts'

interface WorkerFixtures {
  /** With the story told and mailed: it takes a minute to get there. */
  readonly demo: Demo
}

/** One real demo for all tests: what they change they change for each other. */
export const test = base.extend<object, WorkerFixtures>({
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
})

async function storyTold(url: string): Promise<void> {
  await expect
    .poll(
      async () => {
        const { mails } = await ask<MailsAnswer>(url, 'mails')
        const openings = mails.filter(({ trigger }) => trigger === 'opened')
        const { freshness } = await ask<OverviewAnswer>(url, 'overview')
        const wholeHours = Math.floor(Date.parse(freshness.counted_up_to) / HOUR_MS) * HOUR_MS
        const isJudged = freshness.judged_up_to !== null && Date.parse(freshness.judged_up_to) >= wholeHours
        return isJudged && openings.length >= 5 && mails.every(({ state }) => state === 'sent')
      },
      { timeout: 280_000, intervals: [1000] },
    )
    .toBe(true)
}

async function ask<T>(url: string, path: string): Promise<T> {
  const answer = await fetch(`${url}/api/v1/${path}`)
  const data: T = JSON.parse(await answer.text())
  return data
}

export { type Demo, expect }
