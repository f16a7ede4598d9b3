import { expect, expectNoSidewaysScrolling, keepScreenshot, paintedShare, SANDBOXED, test } from './pages.ts'

test('an incident’s page answers on a phone: how bad, since when, what carries it', async ({ page, server }) => {
  server.now = Date.UTC(2014, 1, 2, 3, 10)
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto('/incident/13')
  await expect(page.getByRole('heading', { level: 1 })).toContainText('below expected since')
  await expect(page.getByText('Missing so far')).toBeInViewport()
  await expect(page.getByText('since Sat 14:00')).toBeInViewport()
  await expect(page.getByRole('heading', { name: 'What carries it' })).toBeInViewport()
  await expect.poll(() => paintedShare(page)).toBeGreaterThan(0.02)
  await expectNoSidewaysScrolling(page)
  await keepScreenshot(page, 'incident-phone')
})

test('its page also shows what happened, and every mail it caused', async ({ page, expectedMessages }) => {
  expectedMessages.push(SANDBOXED)
  await page.goto('/incident/14')
  await expect(page.getByText('invalid rate')).not.toHaveCount(0)
  await expect(page.getByRole('heading', { name: 'What happened' })).toBeVisible()
  await page.getByRole('link', { name: /opened to telemetry-oncall/ }).click()
  await expect(page).toHaveURL(/\/mail\/140$/)
})

test('of several channels, the chart says which of them it is of', async ({ page }) => {
  await page.goto('/incident/14')
  await expect(page.locator('.lane-channel')).toHaveText('aurora')
  await page.setViewportSize({ width: 390, height: 844 })
  await expect(page.locator('.lane-above .lane-channel')).toHaveText('aurora')
  await page.goto('/incident/13')
  await expect(page.locator('.lane-title').first()).toBeVisible()
  await expect(page.locator('.lane-channel')).toHaveCount(0)
})

test('reminders are one row, which opens; mails that are only files were kept, not sent', async ({ page, server }) => {
  server.now = Date.UTC(2014, 1, 6, 14, 22)
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto('/incident/13')
  const mail = page.locator('section').filter({ has: page.getByRole('heading', { name: 'Mail' }) })
  await expect(mail.getByRole('link', { name: /opened to/ }).locator('..')).toContainText('kept')
  await expect(mail).not.toContainText('sent')
  const reminder = mail.getByRole('link', { name: /reminder to/ }).first()
  await expect(reminder).toBeHidden()
  await mail.getByText('4 reminders, last Wed 5 Feb, 23:00').click()
  await expect(reminder).toBeVisible()
  await expect(mail.getByRole('link', { name: /reminder to/ })).toHaveCount(4)
  await expectNoSidewaysScrolling(page)
})

test('at 360 px an incident with long values fits', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 })
  await page.goto('/incident/14')
  await expect(page.getByText('revision_prefix=https://hg.mozilla.org')).toBeVisible()
  await expect.poll(() => paintedShare(page)).toBeGreaterThan(0.02)
  await expectNoSidewaysScrolling(page)
  await keepScreenshot(page, 'incident-360')
})

test('the list has open incidents first, then all others', async ({ page }) => {
  await page.goto('/incidents')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('2 incidents open.')
  await expect(page.locator('.incident-id')).toHaveText(['14', '13', '12', '9', '8'])
})

test('an incident that never was offers those that were', async ({ page, expectedMessages }) => {
  expectedMessages.push(/404/)
  await page.goto('/incident/99')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('There is no incident 99.')
  await expect(page.getByRole('link', { name: /Incident 14/ })).toBeVisible()
})

test('a mail is shown as it was sent, in a frame that may do nothing', async ({ page, expectedMessages }) => {
  expectedMessages.push(SANDBOXED)
  await page.goto('/mail')
  await expect(page.getByRole('heading', { level: 1 })).toContainText('no mail server is set')
  await expect(page.locator('.mails li').first()).toContainText('kept')
  await expect(page.locator('.mails')).not.toContainText('sent')
  const frame = page.locator('iframe')
  await expect(frame).toHaveAttribute('sandbox', '')
  await expect(frame.contentFrame().getByText('fewer submissions than expected')).toBeVisible()
  await expect(page.getByRole('link', { name: 'The mail as .eml' })).toHaveAttribute('href', '/api/v1/mails/142/eml')
  await keepScreenshot(page, 'mail')
})

test('keys and marks are explained, and single keys can be turned off', async ({ page }) => {
  await page.goto('/')
  await page.keyboard.press('?')
  const help = page.getByRole('dialog')
  await expect(help.getByText('last week as a thin line')).toBeVisible()
  await expect(help.getByRole('definition').filter({ hasText: '99 of 100 normal hours' })).toBeVisible()
  await help.getByRole('checkbox').uncheck()
  await help.getByRole('button', { name: 'Close' }).click()
  await page.keyboard.press('g')
  await page.keyboard.press('i')
  await expect(page).toHaveURL(/\/$/)
})
