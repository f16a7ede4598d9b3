import type { IncidentsAnswer, MailsAnswer, OverviewAnswer } from '../../server/api/types.ts'
import { type Demo, expect, test } from './demo.ts'
import { expectNoSidewaysScrolling, HOUR_MS, keepScreenshot, paintedShare } from './pages.ts'

/** What people come for, each from where they come: on-call from a mail, a release manager in the morning, an engineer. */

async function ask<T>(demo: Demo, path: string): Promise<T> {
  const answer = await fetch(`${demo.url}/api/v1/${path}`)
  expect(answer.status).toBe(200)
  const data: T = JSON.parse(await answer.text())
  return data
}

test('the story is told on the overview, the channel page, its incidents and in its mails', async ({ page }) => {
  await page.goto('/')
  await expect(page.getByRole('heading', { level: 1 })).toContainText('All 5 channels are well.')
  await expect(page.locator('.channels tbody tr')).toHaveCount(5)
  await keepScreenshot(page, 'demo-overview')

  const release = page.locator('.channels tbody tr').filter({ hasText: 'release' }).locator('.cell-seen')
  const before = await release.textContent()
  await expect(release).not.toHaveText(before ?? '')

  await page.goto('/channel/nightly?last=60d')
  await expect.poll(() => paintedShare(page)).toBeGreaterThan(0.02)
  await expect(page.getByText('saved-session missing').first()).toBeAttached()
  await keepScreenshot(page, 'demo-nightly')

  await page.goto('/incidents')
  await expect(page.getByText('invalid_revision').first()).toBeVisible()
  await page.goto('/mail')
  await page
    .getByRole('link', { name: /invalid_revision/ })
    .first()
    .click()
  await expect(page.frameLocator('iframe').getByText('What carries it')).toBeVisible()
  await keepScreenshot(page, 'demo-mail')
})

test('from the link in a mail to the likely cause, on a phone, without scrolling', async ({ page, demo }) => {
  const { mails } = await ask<MailsAnswer>(demo, 'mails')
  const mail = mails.find(({ trigger, subject }) => trigger === 'opened' && subject.includes('fewer submissions'))
  if (mail === undefined) throw new Error('the story has a mail about submissions that fell')
  const body = await (await fetch(`${demo.url}/api/v1/mails/${mail.id}/html`)).text()
  const link = /href="([^"]*\/incident\/\d+)"/.exec(body)?.[1]
  if (link === undefined) throw new Error('the mail leads to its incident')

  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto(new URL(link).pathname)
  await expect(page.getByRole('heading', { level: 1 })).toBeInViewport()
  await expect(page.locator('.incident-cause')).toBeInViewport()
  await expect(page.locator('.incident-cause')).not.toBeEmpty()
  await expect(page.getByText('Missing').first()).toBeInViewport()
  await expect.poll(() => paintedShare(page)).toBeGreaterThan(0.02)
  await expect(page.getByRole('heading', { name: 'What carries it' })).toBeVisible()
  await expectNoSidewaysScrolling(page)
  await keepScreenshot(page, 'scenario-mail-to-cause')
})

test('is this morning’s nightly fine? The overview says it, and leads to why', async ({ page, demo }) => {
  const { channels } = await ask<OverviewAnswer>(demo, 'overview')
  const build = channels.find(({ channel }) => channel === 'nightly')?.newest_build
  if (build === null || build === undefined) throw new Error('the story has builds of nightly')
  await page.goto('/')
  const nightly = page.locator('.channels tbody tr').filter({ hasText: 'nightly' })
  await expect(nightly.locator('.cell-build')).toContainText(build.build_id)
  await expect(nightly.locator('.cell-build')).toContainText(/healthy|not reporting|reporting badly|too early/)
  await nightly.getByRole('link', { name: build.build_id }).click()
  await expect(page).toHaveURL(new RegExp(`/builds/nightly/${build.build_id}$`))
  await expect(page.getByText(build.build_id).first()).toBeVisible()
  await keepScreenshot(page, 'scenario-nightly-build')
})

test('which reason fell in the first days of February? Its small chart shows it, and the link keeps it', async ({
  page,
  demo,
  context,
}) => {
  const { incidents } = await ask<IncidentsAnswer>(demo, 'incidents')
  const fall = incidents.find(({ explanation, group }) => {
    return group === 'volume' && explanation.sentence.includes('saved-session')
  })
  if (fall === undefined) throw new Error('the story has a fall of saved-session')
  const start = Date.parse(fall.start)
  const minute = (time: number): string => `${new Date(time).toISOString().slice(0, 16)}Z`
  const range = `from=${minute(start - 48 * HOUR_MS)}&to=${minute(start + 48 * HOUR_MS)}`
  await page.goto(`/channel/nightly?${range}`)
  await page.getByRole('link', { name: new RegExp(`${fall.id} saved-session missing`) }).waitFor()
  await expect(page.getByText('saved-session', { exact: true }).first()).toBeVisible()
  await page.keyboard.press('w')
  await expect(page).toHaveURL(/ghost=week/)
  const shared = page.url()

  const other = await context.newPage()
  await other.goto(shared)
  await other.getByRole('link', { name: new RegExp(`${fall.id} saved-session missing`) }).waitFor()
  expect(other.url()).toBe(shared)
  await expect(other.getByRole('button', { name: 'Last week' })).toHaveAttribute('aria-pressed', 'true')
  await expect(other.locator('.readout')).toHaveText((await page.locator('.readout').textContent()) ?? '')
})

test('by keyboard alone: to an incident, what it was is said, and it stands in the list', async ({ page }) => {
  await page.goto('/')
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await page.keyboard.press('g')
  await page.keyboard.press('i')
  await expect(page.locator('.incident-row')).not.toHaveCount(0)
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/incident\/\d+$/)
  const say = page.getByRole('button', { name: 'Say what it was' })
  await say.focus()
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('radio', { name: 'expected' }).focus()
  await page.keyboard.press('Space')
  await dialog.getByLabel('Your name').focus()
  await page.keyboard.type('sam')
  await page.keyboard.press('Tab')
  await page.keyboard.type('the usual holiday')
  await page.keyboard.press('Enter')
  await expect(dialog).toBeHidden()
  await expect(say).toBeFocused()
  await expect(page.locator('.incident-standing')).toContainText('Called expected by sam')
  await expect(page.locator('.incident-standing')).toContainText('the usual holiday')
  await page.goto('/incidents?label=expected')
  await expect(page.locator('.incident-row')).toHaveCount(1)
})

test('what is refused is said in the question, and nothing typed is lost', async ({ page, demo, expectedMessages }) => {
  expectedMessages.push(/409/)
  const { incidents } = await ask<IncidentsAnswer>(demo, 'incidents')
  const last = incidents.at(-1)
  await page.goto(`/incident/${last?.id}`)
  for (const attempt of ['first', 'second']) {
    await page.getByRole('button', { name: 'Say what it was' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Your name').fill('sam')
    await dialog.getByRole('button', { name: 'Say so' }).click()
    if (attempt === 'first') await expect(dialog).toBeHidden()
    else {
      await expect(dialog.getByRole('alert')).toContainText('sam has called it real already.')
      await expect(dialog.getByLabel('Your name')).toHaveValue('sam')
    }
  }
})

test('something is marked, stands on the list, and is removed again', async ({ page }) => {
  await page.goto('/annotations?channel=release')
  await page.getByLabel('What, in a line').fill('Firefox 99 <b>out</b>')
  await page.getByLabel('Your name').fill('sam')
  await page.getByRole('button', { name: 'Put it on the charts' }).click()
  const row = page.locator('.annotation-rows li').filter({ hasText: 'Firefox 99 <b>out</b>' })
  await expect(row).toContainText('release')
  await row.getByRole('button', { name: /^Remove/ }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove it' }).click()
  await expect(row).toHaveCount(0)
})
