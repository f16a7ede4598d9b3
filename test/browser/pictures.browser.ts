import { expect, type Page } from '@playwright/test'
import { HOUR_MS, paintedShare, THURSDAY, test } from './pages.ts'

/**
 * The pictures of README and docs, of the story as these tests know it: `TIDEWATCH_PICTURES=docs` takes them anew. They are looked
 * at before they are committed, so no run of the tests takes them.
 */
const folder = process.env.TIDEWATCH_PICTURES

test.skip(folder === undefined, 'pictures are taken when TIDEWATCH_PICTURES names a folder for them')
// Sharp enough for a screen of twice as many pixels, and half as large as a picture of all of them.
test.use({ deviceScaleFactor: 1.5 })

async function take(page: Page, name: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready)
  await page.mouse.move(0, 0)
  await page.screenshot({ path: `${folder}/${name}.png` })
}

test('the overview, while two things are wrong', async ({ page, server }) => {
  server.now = THURSDAY
  await page.setViewportSize({ width: 1280, height: 720 })
  await page.goto('/')
  await expect(page.locator('.channels tbody tr')).toHaveCount(5)
  await take(page, 'overview')
})

test('sixty days of nightly, at the end of the story', async ({ page, server }) => {
  server.now = Date.UTC(2014, 1, 12, 23, 4)
  await page.setViewportSize({ width: 1280, height: 860 })
  await page.goto('/channel/nightly?last=60d')
  await expect.poll(() => paintedShare(page)).toBeGreaterThan(0.02)
  await expect(page.locator('.mini').first()).toBeVisible()
  await take(page, 'channel')
})

test('an incident on a phone, in its first night', async ({ page, server }) => {
  server.now = THURSDAY - 4 * 24 * HOUR_MS - 11.2 * HOUR_MS
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto('/incident/13')
  await expect.poll(() => paintedShare(page)).toBeGreaterThan(0.02)
  await take(page, 'incident')
})
