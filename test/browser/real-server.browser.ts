import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base, expect } from '@playwright/test'
import { freePort, startTidewatch, type TidewatchProcess } from '../support/tidewatch-process.ts'
import { expectNoSidewaysScrolling, keepScreenshot, paintedShare } from './pages.ts'

interface Fixtures {
  /** What is run: `serve` or `demo`. */
  readonly command: string
  readonly server: TidewatchProcess
}

/** Looking into the sandboxed frame of a mail, Playwright tries to run a script of its own there. */
const OF_THE_TEST = /^Blocked script execution in '[^']*\/api\/v1\/mails\/\d+\/html'/

/** The program itself behind the page: receiver, converter, owner, and a state directory of its own. */
const test = base.extend<Fixtures>({
  command: ['serve', { option: true }],
  server: [
    async ({ command }, use) => {
      const state = await mkdtemp(join(tmpdir(), 'tidewatch-browser-'))
      const ports = { receivePort: await freePort(), dashboardPort: await freePort() }
      const server = await startTidewatch({ state, ...ports, command: [command] })
      await use(server)
      expect(await server.stop()).toBe(0)
      await rm(state, { recursive: true })
    },
    { timeout: 120_000 },
  ],
  baseURL: async ({ server }, use) => {
    await use(server.dashboardUrl)
  },
  page: async ({ page }, use) => {
    const messages: string[] = []
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') messages.push(message.text())
    })
    page.on('pageerror', (error) => messages.push(`${error.name}: ${error.message}`))
    await use(page)
    expect(messages.filter((text) => !OF_THE_TEST.test(text))).toEqual([])
  },
})

async function sendSubmission(server: TidewatchProcess): Promise<void> {
  const info = {
    reason: 'idle-daily',
    appName: 'Firefox',
    appVersion: '29.0a1',
    appUpdateChannel: 'nightly',
    appBuildID: '20140201030204',
  }
  const path = `/submit/telemetry/${randomUUID()}/idle-daily/Firefox/29.0a1/nightly/20140201030204`
  const answer = await fetch(server.receiveUrl + path, { method: 'POST', body: JSON.stringify({ ver: 1, info }) })
  expect(answer.status).toBe(200)
}

test('what the API answers can be read on a phone', async ({ page }) => {
  test.slow()
  await page.setViewportSize({ width: 360, height: 740 })
  await page.goto('/api')
  await expect(page.getByRole('heading', { name: 'GET /series' })).toBeVisible()
  await expectNoSidewaysScrolling(page)
  await keepScreenshot(page, 'real-api-360')
})

test('an empty server says how to begin, and the first submissions appear by themselves', async ({ page, server }) => {
  test.slow()
  await page.goto('/')
  await expect(page.getByText('Waiting for the first submission…')).toBeVisible()
  await expect(page.getByText(`curl -i ${server.receiveUrl}/submit/telemetry/`)).toBeVisible()
  await expect(page.getByText('npm run demo')).toBeVisible()
  await keepScreenshot(page, 'real-empty')

  await sendSubmission(server)
  const nightly = page.locator('.channels tbody tr').filter({ hasText: 'nightly' })
  await expect(nightly).toContainText('so far 1')
  await sendSubmission(server)
  await expect(nightly).toContainText('so far 2')
  await expect(nightly).toContainText('learning')

  await page.getByRole('link', { name: 'nightly', exact: true }).click()
  await expect(page).toHaveURL(/\/channel\/nightly$/)
  await expect(page.locator('.canvas canvas')).toBeVisible()
  await keepScreenshot(page, 'real-first-submission')
})

test.describe('the demo', () => {
  test.use({ command: 'demo' })

  test('tells the story on the overview, the channel page, its incidents and in its mails', async ({
    page,
    server,
  }) => {
    test.setTimeout(180_000)
    await expect
      .poll(
        async () => {
          const answer = await fetch(`${server.dashboardUrl}/api/v1/mails`)
          const { mails }: { mails: { state: string; trigger: string }[] } = JSON.parse(await answer.text())
          const openings = mails.filter(({ trigger }) => trigger === 'opened')
          return openings.length >= 5 && mails.every(({ state }) => state === 'sent')
        },
        { timeout: 150_000, intervals: [1000] },
      )
      .toBe(true)

    await page.goto('/')
    await expect(page.getByRole('heading', { level: 1 })).toContainText('All 5 channels are well.')
    await expect(page.locator('.channels tbody tr')).toHaveCount(5)
    await keepScreenshot(page, 'real-demo-overview')

    const release = page.locator('.channels tbody tr').filter({ hasText: 'release' }).locator('.cell-seen')
    const before = await release.textContent()
    await expect(release).not.toHaveText(before ?? '')

    await page.goto('/channel/nightly?last=60d')
    await expect.poll(() => paintedShare(page)).toBeGreaterThan(0.02)
    await expect(page.getByText('saved-session missing').first()).toBeAttached()
    await keepScreenshot(page, 'real-demo-nightly')

    await page.goto('/incidents')
    await expect(page.getByText('invalid_revision').first()).toBeVisible()
    await page.goto('/mail')
    await page
      .getByRole('link', { name: /invalid_revision/ })
      .first()
      .click()
    await expect(page.frameLocator('iframe').getByText('What carries it')).toBeVisible()
    await keepScreenshot(page, 'real-demo-mail')
  })
})
