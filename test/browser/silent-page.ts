import { test as base, expect } from '@playwright/test'

export interface SilentFixtures {
  /** Messages that a test expects of the console; all others fail it. */
  readonly expectedMessages: RegExp[]
}

/** A page whose console stays silent: a test fails on any warning, error or exception in it that it didn't expect. */
export const test = base.extend<SilentFixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from it which fixtures this one needs.
  expectedMessages: async ({}, use) => {
    await use([])
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

export { expect }
