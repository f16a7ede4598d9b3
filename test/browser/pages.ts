import type { Page } from '@playwright/test'
import { type FixtureServer, startFixtureServer } from './fixture/fixture-server.ts'
import { test as base, expect } from './silent-page.ts'

/** Thursday 6 February 2014, 14:22 UTC: one channel too low, two of them invalid. */
export const THURSDAY = Date.UTC(2014, 1, 6, 14, 22)
export const HOUR_MS = 3_600_000

/** The browser says so of Playwright's own scripts, which look into every frame: the sandbox of a mail holds. */
export const SANDBOXED = /Blocked script execution .* sandboxed/

interface Fixtures {
  readonly server: FixtureServer
}

/** A page with a fixture server behind it; a test fails on any message in the console that it didn't expect. */
export const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from it which fixtures this one needs.
  server: async ({}, use) => {
    const server = await startFixtureServer(THURSDAY)
    await use(server)
    await server.close()
  },
  baseURL: async ({ server }, use) => {
    await use(server.address)
  },
})

export { expect }

/** For people: looked at beside the pictures of the design. No test compares them. */
export async function keepScreenshot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: `test-results/pages/${name}.png`, scale: 'device' })
}

/** Presses "Try now" of a page whose server answers again, long before it would try by itself: then the button goes. */
export async function findServerAgain(page: Page, server: FixtureServer): Promise<void> {
  await expect(page.getByText(/Next try in\s([6-9]|10)\ss/)).toBeVisible({ timeout: 20_000 })
  server.broken.clear()
  await page.getByRole('button', { name: 'Try now' }).click()
}

/** Nothing may stick out to the right: a phone would scroll two ways. */
export async function expectNoSidewaysScrolling(page: Page): Promise<void> {
  const excess = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement
    return scrollWidth - clientWidth
  })
  expect(excess).toBe(0)
}

/** For `page.addInitScript`: from then on the browser adds up how far what stands on the page is moved by what comes. */
export function watchShifts(): void {
  let sum = 0
  const watch = new PerformanceObserver((list) => {
    for (const entry of list.getEntries())
      if ('value' in entry && !('hadRecentInput' in entry && entry.hadRecentInput)) sum += Number(entry.value)
    document.documentElement.dataset.shifted = String(sum)
  })
  watch.observe({ type: 'layout-shift', buffered: true })
}

/** Cumulative layout shift since `watchShifts`. */
export async function shifted(page: Page): Promise<number> {
  return page.evaluate(() => Number(document.documentElement.dataset.shifted ?? 0))
}

/** Share of a canvas's pixels that are painted at all: a chart that failed to draw has none. */
export async function paintedShare(page: Page): Promise<number> {
  return page.locator('.canvas canvas').evaluate((canvas) => {
    if (!(canvas instanceof HTMLCanvasElement)) return 0
    const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? []
    let painted = 0
    for (let index = 3; index < pixels.length; index += 4) if ((pixels[index] ?? 0) > 0) painted++
    return painted / (pixels.length / 4)
  })
}
