import type { Page } from '@playwright/test'
import { freshness } from './fixture/answers.ts'
import { expect, expectNoSidewaysScrolling, HOUR_MS, keepScreenshot, SANDBOXED, THURSDAY, test } from './pages.ts'

async function press(page: Page, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key)
}

test('every page is reached from the head, which says where one is', async ({ page, expectedMessages }) => {
  expectedMessages.push(SANDBOXED)
  await page.goto('/')
  const pages = page.getByRole('navigation', { name: 'Pages' })
  for (const name of ['Channels', 'Incidents', 'Mail', 'Annotations', 'Overview']) {
    await pages.getByRole('link', { name }).click()
    await expect(pages.getByRole('link', { name })).toHaveAttribute('aria-current', 'page')
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  }
})

test('at 360 px the first pages stand in a row, the others unfold', async ({ page, expectedMessages }) => {
  expectedMessages.push(SANDBOXED)
  await page.setViewportSize({ width: 360, height: 740 })
  await page.goto('/')
  await expectNoSidewaysScrolling(page)
  const pages = page.getByRole('navigation', { name: 'Pages' })
  await expect(pages.getByRole('link', { name: 'Incidents' })).toBeInViewport()
  await expect(pages.getByRole('link', { name: 'Mail' })).toBeHidden()
  await pages.getByRole('button', { name: 'More' }).click()
  await expectNoSidewaysScrolling(page)
  await keepScreenshot(page, 'nav-360')
  await pages.getByRole('link', { name: 'Mail' }).click()
  await expect(page).toHaveURL(/\/mail$/)
  await expect(pages.getByRole('link', { name: 'Mail' })).toHaveAttribute('aria-current', 'page')
})

test('the zone is switched for all pages at once, is named, and travels in every link', async ({ page }) => {
  await page.goto('/')
  await expect(page.locator('.freshness')).toContainText('14:22 UTC')
  await press(page, 'z')
  await expect(page).toHaveURL(/\/\?zone=local$/)
  // Chatham in its summer: 13 h 45 min ahead.
  await expect(page.locator('.freshness')).toContainText('04:07 GMT+13:45')
  await expect(page.getByText('Times of these sentences are UTC, as in the mails.')).toBeVisible()
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Incidents' }).click()
  await expect(page).toHaveURL(/\/incidents\?zone=local$/)
  await expect(page.locator('.incident-row', { hasText: 'saved-session' }).first()).toContainText('Sun 2 Feb, 03:45')
  await page.getByRole('group', { name: 'Times' }).getByRole('button', { name: 'UTC' }).click()
  await expect(page).toHaveURL(/\/incidents$/)
  await expect(page.locator('.incident-row', { hasText: 'saved-session' }).first()).toContainText('Sat 1 Feb, 14:00')
})

test('/ leads into the search box, and what is typed there is looked for', async ({ page, expectedMessages }) => {
  // The search looks in more than this server knows: problems, tags.
  expectedMessages.push(/404/)
  await page.goto('/incidents')
  await expect(page.getByRole('heading', { level: 1 })).toContainText('open')
  await press(page, '/')
  await expect(page.getByRole('searchbox', { name: /^Search/ })).toBeFocused()
  await page.keyboard.type('nightly')
  await press(page, 'Enter')
  await expect(page).toHaveURL(/\/search\?q=nightly|\/channel\/nightly/)
})

test('keys go on from the beginning of a page that came by a key or a link of the page before', async ({ page }) => {
  await page.goto('/incidents')
  const link = page.locator('.incident-row a').first()
  await link.focus()
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/incident\/\d+$/)
  await expect(page.getByRole('main', { name: /^Incident \d+$/ })).toBeFocused()
  await page.keyboard.press('g')
  await page.keyboard.press('c')
  // Which channel, it chooses by itself.
  await expect(page.getByRole('main', { name: 'release' })).toBeFocused()
  const ofHead = page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Overview' })
  await ofHead.focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('main', { name: 'Overview' })).toBeVisible()
  await expect(ofHead).toBeFocused()
  await page.locator('.skip').focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('main')).toBeFocused()
})

test('keys pressed in the sheet of keys change nothing behind it', async ({ page }) => {
  await page.goto('/channel/nightly')
  await expect(page.locator('.readout')).toContainText('seen')
  await page.keyboard.press('?')
  await page.getByRole('button', { name: 'Close' }).focus()
  await page.keyboard.press('w')
  await page.keyboard.press('g')
  await page.keyboard.press('i')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toBeHidden()
  await expect(page).toHaveURL(/\/channel\/nightly$/)
  await page.keyboard.press('w')
  await expect(page).toHaveURL(/ghost=week$/)
})

test('a page whose files are gone, as after an upgrade, says so and offers to load anew', async ({
  page,
  expectedMessages,
}) => {
  expectedMessages.push(/404|Failed to load|Failed to fetch/, SANDBOXED)
  await page.goto('/')
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await page.route(/\/assets\/mail-page/, (route) => route.fulfill({ status: 404 }))
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Mail' }).click()
  await expect(page.getByText('This page could not be fetched')).toBeVisible()
  await page.unroute(/\/assets\/mail-page/)
  await page.getByRole('button', { name: 'Load it anew' }).click()
  await expect(page).toHaveURL(/\/mail$/)
  await expect(page.getByRole('heading', { level: 1 })).toContainText('no mail server is set')
})

test('an embedded chart whose code can’t be fetched says so and offers to load anew', async ({
  page,
  expectedMessages,
}) => {
  expectedMessages.push(/404|Failed to load/)
  await page.route(/\/assets\/embed-/, (route) => route.fulfill({ status: 404 }))
  await page.goto('/embed/channel/nightly')
  await expect(page.getByRole('alert')).toContainText('This page could not be fetched')
  await page.unroute(/\/assets\/embed-/)
  await page.getByRole('button', { name: 'Load it anew' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('nightly')
})

test('however many pages and charts are open, all are answered: only what is looked at keeps a stream', async ({
  page,
  context,
  server,
}) => {
  // To Playwright every page is looked at.
  await context.addInitScript(() => {
    const look = (isHidden: boolean): void => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => isHidden })
      document.dispatchEvent(new Event('visibilitychange'))
    }
    window.addEventListener('hide', () => look(true))
    window.addEventListener('show', () => look(false))
  })
  const open = async (path: string): Promise<Page> => {
    const opened = await context.newPage()
    await opened.goto(path)
    await expect(opened.locator('.readout')).toContainText('13:00')
    return opened
  }
  const hidden = await open('/channel/nightly')
  for (const tab of [hidden, ...Array.from({ length: 6 }, () => null)]) {
    const other = tab ?? (await open('/channel/release'))
    await other.evaluate(() => window.dispatchEvent(new Event('hide')))
    // As the server says each second.
    server.publish({ event: 'freshness', freshness: freshness(server.now) })
    await expect.poll(() => server.streams).toBe(0)
  }
  const chart = await open('/embed/channel/nightly')
  for (let other = 0; other < 6; other++) await open('/embed/channel/release')
  await page.goto('/')
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await expect.poll(() => server.streams).toBe(1)

  // Who comes back sees at once what was missed, and a chart after some seconds.
  server.now = THURSDAY + HOUR_MS
  await hidden.evaluate(() => window.dispatchEvent(new Event('show')))
  await expect(hidden.locator('.readout')).toContainText('14:00')
  await expect(chart.locator('.readout')).toContainText('14:00')
  await expect.poll(() => server.streams).toBe(2)
})

test('the list of incidents is narrowed, and the address holds what to', async ({ page }) => {
  await page.goto('/incidents')
  const numbers = page.locator('.incident-id')
  await expect(numbers).toHaveText(['14', '13', '12', '9', '8'])
  await page.getByLabel('State').selectOption('open')
  await expect(numbers).toHaveText(['14', '13'])
  await page.getByLabel('Words').fill('saved-session')
  await expect(numbers).toHaveText(['13'])
  await expect(page).toHaveURL(/\/incidents\?state=open&text=saved-session$/)
  await page.reload()
  await expect(numbers).toHaveText(['13'])
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('2 incidents open.')
  await page.getByLabel('Words').fill('no such thing')
  await expect(page.getByText('None of the 5 incidents is like that.')).toBeVisible()
  await page.getByRole('link', { name: 'Show all' }).click()
  await expect(numbers).toHaveCount(5)
  await keepScreenshot(page, 'incidents')
})

test('the list is walked with j and k, and Enter opens', async ({ page }) => {
  await page.goto('/incidents')
  await expect(page.locator('.incident-id')).toHaveCount(5)
  await press(page, 'j', 'j', 'k', 'j', 'Enter')
  await expect(page).toHaveURL(/\/incident\/13$/)
})

test('on a phone what is urgent stands under the thumb, and asks before it does anything', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto('/incident/14')
  const acknowledge = page.getByRole('button', { name: 'Acknowledge' })
  await expect(acknowledge).toBeInViewport()
  expect((await acknowledge.boundingBox())?.height).toBeGreaterThanOrEqual(44)
  await expectNoSidewaysScrolling(page)
  await keepScreenshot(page, 'incident-actions-390')
  await acknowledge.click()
  const ask = page.getByRole('dialog')
  await expect(ask).toContainText('No more reminders')
  await ask.getByRole('button', { name: 'I have it' }).click()
  // Nobody was named: the browser asks for the name, and nothing was done.
  await expect(ask.getByLabel('Your name')).toBeFocused()
  await keepScreenshot(page, 'acknowledge-390')
  await ask.getByRole('button', { name: 'Not now' }).click()
  await expect(ask).toBeHidden()
})

test('what people marked is listed, and the form begins where one came from', async ({ page }) => {
  await page.goto('/annotations?channel=nightly&at=2014-02-01T14:00Z')
  await expect(page.getByText('Firefox 27.0')).toBeVisible()
  await expect(page.getByLabel('About')).toHaveValue('nightly')
  await expect(page.getByLabel('From, UTC')).toHaveValue('2014-02-01T14:00')
  await keepScreenshot(page, 'annotations')
  await page.setViewportSize({ width: 360, height: 740 })
  await expectNoSidewaysScrolling(page)
  await keepScreenshot(page, 'annotations-360')
})

test('n leads from a channel’s chart to the form about it', async ({ page }) => {
  await page.goto('/channel/nightly')
  await expect(page.getByRole('heading', { level: 1 })).toContainText('nightly')
  await press(page, 'n')
  await expect(page).toHaveURL(/\/annotations\?channel=nightly$/)
  await expect(page.getByLabel('About')).toHaveValue('nightly')
})

test('at 200 % zoom nothing scrolls sideways on any page', async ({ page, expectedMessages }) => {
  expectedMessages.push(SANDBOXED)
  // 1280 px at 200 %: what WCAG asks for.
  await page.setViewportSize({ width: 640, height: 450 })
  for (const path of ['/', '/channel/nightly', '/incidents', '/incident/13', '/mail', '/annotations']) {
    await page.goto(path)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    await expectNoSidewaysScrolling(page)
  }
})
