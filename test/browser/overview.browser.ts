import type { Freshness } from '../../server/api/types.ts'
import {
  expect,
  expectNoSidewaysScrolling,
  findServerAgain,
  HOUR_MS,
  keepScreenshot,
  paintedShare,
  THURSDAY,
  test,
} from './pages.ts'

test('the first screen says in sentences what is wrong, and shows every channel against what was expected', async ({
  page,
}) => {
  await page.goto('/')
  const sentences = page.getByRole('heading', { level: 1 })
  await expect(sentences).toContainText('below expected since Sat\u00a01\u00a0Feb, 14:00.')
  await expect(sentences).toContainText('The others are well.')
  const rows = page.locator('.channels tbody tr')
  await expect(rows).toHaveCount(5)
  const nightly = rows.filter({ hasText: 'nightly' })
  await expect(nightly).toContainText('too low')
  await expect(nightly).toContainText('invalid')
  // Dry ground is drawn where submissions are missing, and only there.
  await expect(nightly.locator('.dry')).not.toHaveAttribute('d', '')
  await expect(rows.filter({ hasText: 'release' }).locator('.dry')).toHaveAttribute('d', '')
  // What was too large to be kept is in no chart: its channel says so in a line.
  await expect(rows.filter({ hasText: 'beta' })).toContainText('1.2\u00a0% too large')
  await expect(rows.filter({ hasText: 'release' })).not.toContainText('too large')
  await expect(page.getByText('counted up to 14:22 UTC')).toBeVisible()
  await expect(page.getByRole('heading', { name: 'Open incidents' })).toBeVisible()
  await expect(page.getByRole('heading', { name: 'Tide table' })).toBeInViewport()
  await keepScreenshot(page, 'overview-light')
})

test('the weeks are told in words, and stand as a table', async ({ page }) => {
  await page.goto('/')
  const week = page.getByRole('img', { name: /^nightly: too low.*In seven days \d+ of 182 hours were below expected/ })
  await expect(week).toBeVisible()
  await page.keyboard.press('t')
  await expect(page).toHaveURL(/\/\?show=table$/)
  const table = page.getByRole('table', { name: /^The week by the hour/ })
  await expect(table.getByRole('rowheader').first()).toHaveText('Thu 6 Feb, 13:00')
  await expect(table.getByRole('columnheader', { name: 'nightly' })).toBeVisible()
  await page.reload()
  await expect(table.getByRole('row')).toHaveCount(2 + 182)
})

test('every channel leads to its page, every incident to its own, and back leads back', async ({ page }) => {
  await page.goto('/')
  await page.getByRole('link', { name: 'aurora', exact: true }).click()
  await expect(page).toHaveURL(/\/channel\/aurora$/)
  await page.goBack()
  await page.getByRole('link', { name: /missing so far/ }).click()
  await expect(page).toHaveURL(/\/incident\/13$/)
  await page.goBack()
  await expect(page.locator('.channels')).toBeVisible()
})

test('new counts appear by themselves, and a changed number stands out for a moment', async ({ page, server }) => {
  await page.goto('/')
  const seen = page.locator('.channels tbody tr').first().locator('.cell-seen > span').first()
  const before = await seen.textContent()
  server.now = THURSDAY + HOUR_MS
  server.publish({ event: 'counts', channels: ['release'], hours: ['2014-02-06T14:00:00Z'], counts: [] })
  await expect(seen).not.toHaveText(before ?? '')
  await expect(seen).toHaveClass('changed')
  await expect(seen).not.toHaveClass('changed')
  await expect(page.getByText('counted up to 15:22 UTC')).toBeVisible()
})

test('over a slow line, counts that come all the time don’t keep a page from its answers', async ({ page, server }) => {
  await page.route('**/api/v1/overview', async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 2500))
    await route.continue()
  })
  const counting = setInterval(
    () => server.publish({ event: 'counts', channels: ['release'], hours: ['2014-02-06T14:00:00Z'], counts: [] }),
    300,
  )
  await page.goto('/')
  await expect(page.locator('.channels tbody .cell-seen')).not.toHaveCount(0)
  clearInterval(counting)
  await page.unrouteAll({ behavior: 'ignoreErrors' })
})

test('an empty server tells how to send the first submission, and turns into the chart by itself', async ({
  page,
  server,
}) => {
  server.age = 'empty'
  await page.goto('/')
  await expect(page.getByText('Waiting for the first submission…')).toBeVisible()
  await expect(page.getByText('curl -i http://127.0.0.1:8080/submit/telemetry/')).toBeVisible()
  await expect(page.getByText('npm run demo')).toBeVisible()
  await expect(page.getByText('npm run -s tidewatch -- import counts FILE.csv')).toBeVisible()
  await keepScreenshot(page, 'empty')
  server.age = 'young'
  server.publish({ event: 'counts', channels: ['nightly'], hours: [], counts: [] })
  await expect(page.locator('.channels tbody tr')).toHaveCount(1)
  await expect(page.locator('.so-far')).toHaveText('so far 1')
  // It is in the chart, too, though no hour is whole yet.
  await expect(page.locator('.week .dot')).toHaveCount(1)
  await keepScreenshot(page, 'first-submission')
  await page.getByRole('link', { name: 'nightly', exact: true }).click()
  await expect(page.getByText('so far 1', { exact: false }).first()).toBeVisible()
  await expect.poll(() => paintedShare(page)).toBeGreaterThan(0.005)
  await keepScreenshot(page, 'first-submission-channel')
})

test('what fails is said, what was there stays, and all is well again when it is', async ({
  page,
  server,
  expectedMessages,
}) => {
  expectedMessages.push(/500/)
  await page.goto('/')
  await expect(page.locator('.channels tbody tr')).toHaveCount(5)
  server.broken.set('/overview', 500)
  server.publish({ event: 'reload' })
  await expect(page.getByRole('alert')).toContainText('Could not renew the overview')
  await expect(page.getByRole('alert')).toContainText("the counts can't be read just now")
  await expect(page.locator('.channels tbody tr')).toHaveCount(5)
  await keepScreenshot(page, 'error')
  // Pressed while it can't help: the page tries again by itself too, and then the button goes.
  const askedAgain = page.waitForRequest(/\/api\/v1\/overview/)
  await page.getByRole('button', { name: 'Try again' }).click()
  await askedAgain
  server.broken.clear()
  await expect(page.getByRole('alert')).toHaveCount(0, { timeout: 40_000 })
})

test('a server that went away is told, with the age of what stands there, and found again', async ({
  page,
  server,
  expectedMessages,
}) => {
  expectedMessages.push(/ERR_/)
  await page.goto('/')
  await expect(page.locator('.channels tbody tr')).toHaveCount(5)
  server.broken.set('/stream', 0)
  server.dropStreams()
  await expect(page.getByText(/hasn’t answered since .*: what stands here is/)).toBeVisible()
  await expect(page.locator('main')).toHaveClass('stale')
  // A screen reader is told once, not every second: what grows is seen only.
  await expect(page.locator('.notices [aria-hidden="true"]').getByText(/what stands here is/)).toBeVisible()
  await keepScreenshot(page, 'stale')
  await findServerAgain(page, server)
  await expect(page.locator('main')).not.toHaveClass('stale')
})

test('a judge that catches up is told of, and counts that stopped in red, by the server’s clock', async ({
  page,
  server,
}) => {
  await page.goto('/')
  const stopped: Freshness = {
    counted_up_to: '2014-02-06T14:22:00Z',
    judged_up_to: '2014-02-06T14:00:00Z',
    now: '2014-02-06T14:40:00Z',
    receivers: [],
    waiting_segments: 0,
    oldest_waiting_seconds: 0,
    hours_until_full: null,
    mode: 'live',
  }
  const behind = page.getByText('The judge is catching up: it has judged up to 22 Jan 2014, 13:00 UTC.')
  server.publish({
    event: 'freshness',
    freshness: { ...stopped, judged_up_to: '2014-01-22T13:00:00Z', now: '2014-02-06T14:23:00Z' },
  })
  await expect(behind).toBeVisible()
  server.publish({ event: 'freshness', freshness: stopped })
  await expect(behind).toHaveCount(0)
  await expect(
    page.getByText('Nothing counted since 14:22 UTC: no receiver is running. Charts end there.'),
  ).toBeVisible()
  await expect(page.locator('.freshness')).toHaveClass(/freshness-stopped/)
})

test('it is dark where the system is, or where one chooses so, and stays so', async ({ page }) => {
  const paper = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)
  await page.emulateMedia({ colorScheme: 'dark' })
  await page.goto('/')
  await expect(page.locator('.channels tbody tr')).toHaveCount(5)
  expect(await paper()).toBe('rgb(11, 20, 25)')
  await keepScreenshot(page, 'overview-dark')
  await page.getByRole('button', { name: 'light', exact: true }).click()
  expect(await paper()).toBe('rgb(251, 252, 252)')
  await page.reload()
  expect(await paper()).toBe('rgb(251, 252, 252)')
})

for (const width of [360, 390, 768, 1280, 1920]) {
  test(`at ${width} px all of it fits`, async ({ page }) => {
    await page.setViewportSize({ width, height: 844 })
    await page.goto('/')
    await expect(page.locator('.channels tbody tr')).toHaveCount(5)
    await expectNoSidewaysScrolling(page)
    const chart = await page.locator('.week').first().boundingBox()
    expect(chart?.width).toBeGreaterThan(width < 600 ? width - 2 : width < 1000 ? 180 : 418)
    await keepScreenshot(page, `overview-${width}`)
  })
}

test('on a phone it fits at every hour: the last day shown may have only begun', async ({ page, server }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  const saturday = Date.UTC(2014, 1, 8, 0, 46)
  for (const hour of [0, 6, 11, 13, 14, 15, 16, 17, 23]) {
    server.now = saturday + hour * HOUR_MS
    await page.goto('/')
    await expect(page.getByText(`counted up to ${String(hour).padStart(2, '0')}:46 UTC`)).toBeVisible()
    await expect(page.locator('.channels tbody tr')).toHaveCount(5)
    await expectNoSidewaysScrolling(page)
  }
})

test('a channel’s name keeps clear of its state, however long it is', async ({ page }) => {
  const long = 'nightly-'.repeat(12)
  await page.route('**/api/v1/overview', async (route) => {
    const answer = await route.fetch()
    const text = await answer.text()
    await route.fulfill({
      response: answer,
      body: text
        .replaceAll('"channel":"beta"', '"channel":"UNKNOWN"')
        .replaceAll('"channel":"aurora"', `"channel":"${long}"`),
    })
  })
  for (const width of [360, 768, 1280, 1920]) {
    await page.setViewportSize({ width, height: 844 })
    await page.goto('/')
    for (const name of ['UNKNOWN', long]) {
      const row = page.locator('.channels tbody tr').filter({ has: page.getByRole('link', { name, exact: true }) })
      await expect(row.getByTitle(name, { exact: true })).toBeVisible()
      const [link, beside] = await Promise.all([
        row.locator('.cell-name a').boundingBox(),
        row.locator(width < 720 ? '.cell-ratio' : '.cell-state').boundingBox(),
      ])
      expect((link?.x ?? 0) + (link?.width ?? 0)).toBeLessThanOrEqual((beside?.x ?? 0) - 8)
      expect(link?.height).toBeLessThan(32)
    }
    const isCut = await page
      .getByTitle('UNKNOWN', { exact: true })
      .evaluate((element) => element.scrollWidth > element.clientWidth)
    expect(isCut).toBe(false)
    await expectNoSidewaysScrolling(page)
  }
})
