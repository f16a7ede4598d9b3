import { readFile } from 'node:fs/promises'
import { expect, expectNoSidewaysScrolling, keepScreenshot, paintedShare, test } from './pages.ts'

test('the last day is shown by the minute, with the judge’s hours as water', async ({ page }) => {
  await page.goto('/channel/nightly?last=1d')
  await expect(page.getByRole('button', { name: 'minute' })).toHaveAttribute('aria-pressed', 'true')
  await expect(page.locator('.readout')).toContainText('14:21')
  await expect(page.locator('.readout')).toContainText('expected')
  await expect(page.getByText('mean of 1 h')).toBeVisible()
  await expect.poll(() => paintedShare(page)).toBeGreaterThan(0.02)
  await keepScreenshot(page, 'channel-minutes')
})

test('a range of one’s own is typed, kept in the address bar, and refused where it ends before it begins', async ({
  page,
}) => {
  await page.goto('/channel/nightly')
  await page.getByRole('button', { name: 'custom' }).click()
  const from = page.getByLabel('From', { exact: true })
  await expect(from).toBeFocused()
  await from.fill('2014-01-14T00:00')
  await page.getByLabel('to', { exact: true }).fill('2014-01-13T00:00')
  await page.getByRole('button', { name: 'Show', exact: true }).click()
  await expect(page.getByRole('alert')).toHaveText('The range must end after it begins.')
  await page.getByLabel('to', { exact: true }).fill('2014-01-21T12:30')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\?from=2014-01-14T00:00Z&to=2014-01-21T12:30Z$/)
  await expect(page.locator('.readout')).toContainText('21 Jan 2014')
})

test('a break-down is a lane of the chart: as lines and stacked, its largest and the rest', async ({ page }) => {
  await page.goto('/channel/nightly?by=build&parts=lines&top=3')
  const labels = page.locator('.part-label')
  await expect(labels).toHaveCount(3)
  await expect(labels.last()).toContainText(/\d/)
  await expect(page.locator('.part-label').filter({ hasText: /other \(\d+\)/ })).toBeVisible()
  await page.getByRole('button', { name: 'stacked' }).click()
  await expect(page).toHaveURL(/parts=stacked/)
  await expect.poll(() => paintedShare(page)).toBeGreaterThan(0.02)
  await keepScreenshot(page, 'channel-stacked')
  await page.getByRole('button', { name: 'problem' }).click()
  await expect(page.getByText('Invalid by problem', { exact: true })).toBeVisible()
})

test('share and index are measured of the same chart, and stay in the link', async ({ page }) => {
  await page.goto('/channel/nightly')
  await page.getByRole('button', { name: 'index' }).click()
  await expect(page).toHaveURL(/measure=index/)
  await expect(page.getByText('expected = 100')).toBeVisible()
  await expect(page.locator('.readout')).toContainText(/seen \d\d/)
  await page.getByRole('button', { name: 'share', exact: true }).click()
  await expect(page.locator('.readout')).toContainText(/seen \d+\.\d\s%/)
  await page.reload()
  const title = page.locator('.lane-title').first()
  await expect(title).toContainText('of all channels')
  // Left of the plot's axis there are 112 px for it.
  expect((await title.boundingBox())?.width).toBeLessThan(112)
})

test('an hour leads to why one was told: by a click, by Enter, by the read-out’s link', async ({
  page,
  expectedMessages,
}) => {
  // The winter of these tests has no judge to ask.
  expectedMessages.push(/404/)
  await page.goto('/channel/nightly')
  const slider = page.getByRole('slider')
  await slider.focus()
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL('/why/nightly/2014-02-06T12:00Z')
  await page.goBack()
  const plot = await slider.boundingBox()
  if (plot === null) throw new Error('the chart has no plot')
  await page.mouse.click(plot.x + plot.width / 2, plot.y + 40)
  await expect(page).toHaveURL(/\/why\/nightly\/2014-02-03T\d\d:00Z/)
  await page.goBack()
  await expect(page.getByRole('link', { name: 'Why was I (not) told?' })).toHaveAttribute(
    'href',
    '/why/nightly/2014-02-06T13:00Z',
  )
})

test('what people marked stands over the chart and leads to where it is said', async ({ page }) => {
  await page.goto('/channel/nightly')
  const flag = page.getByRole('link', { name: 'Firefox 27.0' })
  await expect(flag).toBeVisible()
  await expect(flag).toHaveAttribute('href', /^\/annotations\?channel=nightly&at=2014-02-0/)
  await page.keyboard.press('t')
  await expect(page.getByRole('cell', { name: /Firefox 27\.0/ })).toBeVisible()
})

test('the chart is taken along: PNG, SVG, CSV, links and the API’s call', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.goto('/channel/nightly?by=reason&parts=stacked')
  await expect.poll(() => paintedShare(page)).toBeGreaterThan(0.02)
  await page.keyboard.press('e')
  await expect(page.getByRole('button', { name: 'Picture (PNG)' })).toBeFocused()
  await keepScreenshot(page, 'channel-export')

  const saved = async (name: string) => {
    const begun = page.waitForEvent('download')
    await page.getByRole('button', { name }).click()
    const download = await begun
    await download.saveAs(`test-results/pages/${download.suggestedFilename()}`)
    return { name: download.suggestedFilename(), content: await readFile(await download.path()) }
  }
  const png = await saved('Picture (PNG)')
  expect(png.name).toBe('tidewatch-nightly-20140130T15-20140207T15.png')
  expect(png.content.subarray(1, 4).toString()).toBe('PNG')
  // Twice as many pixels as the chart has, with its margins.
  expect(png.content.readUInt32BE(16)).toBeGreaterThan(2 * 1300)
  const svg = (await saved('Drawing (SVG)')).content.toString()
  for (const word of ['>nightly<', '>Tidewatch<', 'UTC<', '>saved-session<', '>Of expected<', '>Firefox 27.0<']) {
    expect(svg).toContain(word)
  }
  // Where the fonts are others, words are as wide as here.
  expect(svg).toMatch(/<text [^>]*textLength="[\d.]+" lengthAdjust="spacingAndGlyphs"[^>]*>saved-session</)
  const isDocument = (text: string) =>
    new DOMParser().parseFromString(text, 'image/svg+xml').querySelector('parsererror') === null
  expect(await page.evaluate(isDocument, svg)).toBe(true)
  await expect(page.getByRole('link', { name: 'Numbers (CSV)' })).toHaveAttribute('href', /\/api\/v1\/series\.csv\?/)

  const chartTop = async () => (await page.locator('.chart-box').boundingBox())?.y
  const before = await chartTop()
  const copied = async (name: string) => {
    await page.getByRole('button', { name, exact: true }).click()
    await expect(page.getByText(/copied/)).toBeVisible()
    expect(await chartTop()).toBe(before)
    return page.evaluate(() => navigator.clipboard.readText())
  }
  expect(await copied('Link, live')).toMatch(/\/channel\/nightly\?parts=stacked$/)
  expect(await copied('Link, frozen')).toContain('from=2014-01-30T15:00Z&to=2014-02-07T15:00Z')
  expect(await copied('API call')).toMatch(/^http:.*\/api\/v1\/series\?metric=received&step=hour/)
  expect(await copied('Embed')).toMatch(/^<iframe src="http:.*\/embed\/channel\/nightly\?parts=stacked"/)
  await page.keyboard.press('Escape')
  await expect(page.getByRole('button', { name: 'Export, share' })).toBeFocused()
  await expect(page).toHaveURL(/\/channel\/nightly\?/)
  await page.getByRole('button', { name: 'share', exact: true }).click()
  await page.keyboard.press('e')
  await expect(page.getByText('The shares of every channel')).toBeVisible()
})

test('keys move along and zoom; Escape leads back', async ({ page }) => {
  await page.goto('/channel/nightly')
  await expect(page.locator('.readout')).toContainText('seen')
  await page.keyboard.press('[')
  await expect(page).toHaveURL(/from=2014-01-26T15:00Z&to=2014-02-03T15:00Z/)
  await page.keyboard.press('+')
  await expect(page).toHaveURL(/from=2014-01-28T15:00Z&to=2014-02-01T15:00Z/)
  await expect(page.locator('.readout')).toContainText('1 Feb 2014, 14:00')
})

test('farther out than can be asked for nothing goes, and a range of one’s own says so', async ({ page }) => {
  await page.goto('/channel/nightly')
  await expect(page.locator('.readout')).toContainText('seen')
  for (let times = 0; times < 16; times++) await page.keyboard.press('-')
  await expect.poll(() => spanDays(page.url())).toBe(20 * 366)
  await expect(page.locator('.trouble')).toHaveCount(0)
  await page.getByRole('button', { name: 'custom' }).click()
  await page.getByLabel('From', { exact: true }).fill('1999-01-01T00:00')
  await page.getByRole('button', { name: 'Show' }).click()
  await expect(page.getByText('At most 20 years can be shown, between 2000 and 2200.')).toBeVisible()
})

function spanDays(url: string): number {
  const { searchParams } = new URL(url)
  return (Date.parse(searchParams.get('to') ?? '') - Date.parse(searchParams.get('from') ?? '')) / 86_400_000
}

test('on a phone choices that are seldom made wait behind a word', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 })
  await page.goto('/channel/nightly?parts=lines')
  await expect(page.getByRole('button', { name: 'index' })).toBeHidden()
  await page.getByRole('button', { name: 'more choices' }).click()
  await expect(page.getByRole('button', { name: 'index' })).toBeVisible()
  await expect(page.locator('.part-row')).toContainText('saved-session')
  await expectNoSidewaysScrolling(page)
})

test('on a phone every part is named, the rest too, and no row of names is cut off', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 })
  await page.goto('/channel/nightly?last=60d&by=build&parts=stacked')
  const row = page.locator('.part-row')
  await expect(row).toContainText(/other \(\d+\)/)
  const { hidden, below } = await row.evaluate((names) => {
    const title = [...document.querySelectorAll('.lane-title')].find((one) => one.textContent?.includes('Of expected'))
    return {
      hidden: names.scrollHeight - names.clientHeight,
      below: (title?.getBoundingClientRect().top ?? 0) - names.getBoundingClientRect().bottom,
    }
  })
  expect(hidden).toBeLessThanOrEqual(0)
  expect(below).toBeGreaterThanOrEqual(0)
  await expectNoSidewaysScrolling(page)
})
