import { randomUUID } from 'node:crypto'
import type { BuildsAnswer, GateAnswer } from '../../server/api/types.ts'
import { type Demo, expect, test } from './demo.ts'
import { expectNoSidewaysScrolling, keepScreenshot } from './pages.ts'

/** Builds, what is invalid, the pipeline and the search, on the real service with the story told and live traffic. */

test.describe.configure({ timeout: 90_000 })

async function ask<T>(demo: Demo, path: string): Promise<T> {
  const answer = await fetch(`${demo.url}/api/v1/${path}`)
  expect(answer.status).toBe(200)
  const data: T = JSON.parse(await answer.text())
  return data
}

async function builds(demo: Demo, channel: string): Promise<BuildsAnswer> {
  const to = Date.now()
  const from = to - 60 * 86_400_000
  const range = `from=${new Date(from).toISOString().slice(0, 19)}Z&to=${new Date(to).toISOString().slice(0, 19)}Z`
  return ask(demo, `builds?channel=${channel}&${range}`)
}

/** Not JSON: rejected as `bad_json`, and kept. */
async function sendBroken(demo: Demo, tag: string): Promise<string> {
  const id = randomUUID()
  const path = `/submit/telemetry/${id}/idle-daily/Firefox/29.0a1/nightly/20140201030204`
  const answer = await fetch(demo.receiveUrl + path, {
    method: 'POST',
    body: '{"ver": 1,',
    headers: { 'X-Debug-ID': tag },
  })
  expect(answer.status).toBe(200)
  return id
}

test('every channel’s newest build stands in the water of its elders, with the gate’s verdict', async ({
  page,
  demo,
}) => {
  await page.goto('/builds')
  await expect(page.locator('.panel')).toHaveCount(4)
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/healthy|reporting|too early/)
  await expect(page.locator('.panel').filter({ hasText: 'nightly' }).locator('.water')).not.toHaveAttribute('d', '')
  const answer = await builds(demo, 'nightly')
  const failed = answer.builds.find(({ verdict }) => verdict === 'fail')
  if (failed === undefined) throw new Error('the story has a build of nightly that fails')
  await page.goto('/builds/nightly')
  const row = page.locator('.builds tbody tr').filter({ hasText: failed.build_id })
  await expect(row).toContainText(/not reporting|reporting badly/)
  await expect(row).toContainText(failed.reason.text.slice(0, 40))
  await row.getByRole('link', { name: failed.build_id }).click()
  await expect(page).toHaveURL(new RegExp(`/builds/nightly/${failed.build_id}$`))
  const gate = await ask<GateAnswer>(demo, `gate?channel=nightly&build=${failed.build_id}`)
  for (const { text } of gate.reasons) await expect(page.locator('.chosen-reasons')).toContainText(text)
  const address = `${demo.url}/api/v1/gate?channel=nightly&build=${failed.build_id}`
  await expect(page.getByText(address, { exact: true })).toBeVisible()
  await keepScreenshot(page, 'demo-build-failed')
})

test('the numbers of the charts stand in tables at a key, and the link keeps them', async ({ page }) => {
  await page.goto('/builds/nightly')
  await expect(page.locator('.adoption')).toBeVisible()
  await page.keyboard.press('t')
  await expect(page).toHaveURL('/builds/nightly?show=table')
  await page.reload()
  await expect(page.locator('.panel-table').getByRole('columnheader')).toHaveText([
    'Age',
    'Seen',
    'Earlier builds',
    'Invalid',
  ])
  await page.goto('/invalid?show=table')
  await expect(page.getByRole('columnheader', { name: 'nightly' })).toBeVisible()
  await page.goto('/pipeline')
  await expect(page.locator('.rate')).toBeVisible()
  await page.keyboard.press('t')
  await expect(page).toHaveURL('/pipeline?show=table')
  await expect(page.getByRole('table', { name: 'Submissions a minute' }).getByRole('row')).not.toHaveCount(0)
})

test('arrow keys read a build out by age', async ({ page }) => {
  await page.goto('/builds/nightly')
  const slider = page.getByRole('slider')
  await slider.focus()
  await page.keyboard.press('Home')
  await expect(slider).toHaveAttribute('aria-valuetext', /^0\s*h: seen/)
  await page.keyboard.press('ArrowRight')
  await expect(page.locator('.readout-time')).toHaveText(/^1\s*h$/)
})

test('a build that never was offers the nearest', async ({ page, demo }) => {
  const known = (await builds(demo, 'nightly')).builds[0]?.build_id ?? ''
  await page.goto(`/builds/nightly/${known.slice(0, -1)}x`)
  await expect(page.getByRole('heading', { level: 1 })).toContainText('was first seen in the last 60 days')
  await page.getByRole('link', { name: known }).first().click()
  await expect(page).toHaveURL(new RegExp(`/builds/nightly/${known}$`))
})

test('what was never seen before is named, and a problem tells its builds', async ({ page }) => {
  await page.goto('/invalid?last=60d')
  await expect(page.locator('.first-seen')).toContainText('https://hg.mozilla.org')
  await page.locator('.problem').getByRole('link', { name: 'invalid_revision' }).click()
  await expect(page).toHaveURL('/invalid?last=60d&problem=invalid_revision')
  await expect(page.getByRole('heading', { name: /^invalid_revision the address/ })).toBeVisible()
  await expect(page.getByRole('table', { name: 'Builds with most submissions of the problem' })).toContainText(/\d{14}/)
  await keepScreenshot(page, 'demo-invalid-problem')
  await page.keyboard.press('Escape')
  await expect(page).toHaveURL('/invalid?last=60d')
})

test('a document id leads to what became of the submission, and back to its problem', async ({ page, demo }) => {
  const tag = `tag-${randomUUID()}`
  const id = await sendBroken(demo, tag)
  await expect
    .poll(async () => (await (await fetch(`${demo.url}/api/v1/submissions/${id}`)).text()).includes('bad_json'), {
      timeout: 30_000,
    })
    .toBe(true)
  await page.goto('/')
  await page.keyboard.press('/')
  await page.keyboard.type(id.toUpperCase())
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(`/submission/${id}`)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('It was rejected: bad_json. What came is kept.')
  await expect(page.locator('.facts')).toContainText('Lies in')
  await keepScreenshot(page, 'demo-submission')
  await page.goBack()
  await expect(page).toHaveURL('/')
  await page.goto(`/search?q=${tag}`)
  await expect(page).toHaveURL(`/submission/${id}`)
  await page.getByRole('link', { name: 'bad_json' }).first().click()
  await expect(page).toHaveURL(/\/invalid(\/nightly)?\?problem=bad_json$/)
  await expect(page.getByRole('heading', { name: /^bad_json the body is no JSON/ })).toBeVisible()
})

test('the builds of a day are found by its digits, each with its channel', async ({ page, demo }) => {
  const known = (await builds(demo, 'nightly')).builds[0]?.build_id ?? ''
  await page.goto(`/search?q=${known.slice(0, 8)}`)
  const found = page.locator('.findings li').filter({ hasText: known })
  await expect(found).toContainText('on nightly since it was first seen')
  await found.getByRole('link').click()
  await expect(page).toHaveURL(`/builds/nightly/${known}`)
})

test('a search without a match says where it looked', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto('/search?q=no-such-thing')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Nothing is called no-such-thing.')
  await expect(page.getByText(/^Looked in the names of 5 channels, .* and debug tags of the last 24 h\./)).toBeVisible()
  await expectNoSidewaysScrolling(page)
  const id = randomUUID()
  await page.goto(`/search?q=${id}`)
  await expect(page.getByText(/document ids in spool, archive and quarantine\./)).toBeVisible()
})

test('the pipeline says what each number should be, and follows live', async ({ page }) => {
  await page.goto('/pipeline')
  const table = page.getByRole('table', { name: /^Where everything stands/ })
  await expect(table.getByRole('columnheader')).toHaveText(['Stage', 'What', 'Now', 'Should be', 'State'])
  for (const name of ['local-1', 'Waiting to be counted', 'Threads', 'Counted up to', 'Judged up to', 'Free']) {
    await expect(table.getByRole('row').filter({ hasText: new RegExp(name) })).toContainText(/as it should be|late/)
  }
  await expect(page.getByRole('img', { name: /^Submissions a minute/ })).toBeVisible()
  const rate = table.getByRole('row').filter({ hasText: 'Rate, mean' }).locator('.gauge-now')
  await expect(rate).toContainText('a minute')
})

for (const [name, path] of [
  ['builds', '/builds'],
  ['invalid', '/invalid'],
  ['pipeline', '/pipeline'],
] as const) {
  test(`a part of ${name} that can’t be loaded says so; the rest of the page lives`, async ({
    page,
    expectedMessages,
  }) => {
    expectedMessages.push(/503/)
    const broken = {
      builds: /builds\?channel=beta/,
      invalid: /\/api\/v1\/quarantine/,
      pipeline: /\/api\/v1\/quarantine/,
    }[name]
    await page.route(broken, (route) =>
      route.fulfill({ status: 503, contentType: 'application/problem+json', body: '{"detail":"too much is asked"}' }),
    )
    await page.goto(path)
    await expect(page.getByRole('alert').first()).toContainText('too much is asked')
    await expect(page.getByRole('button', { name: 'Try again' }).first()).toBeVisible()
    await expect(
      page.locator({ builds: '.adoption', invalid: '.problem', pipeline: '.gauges' }[name]).first(),
    ).toBeVisible()
  })
}

test('a range in the address of Invalid that can’t be shown is told', async ({ page }) => {
  await page.goto('/invalid?last=2d')
  await expect(page.getByText('“last=2d” is none of 1d, 7d, 60d, 365d')).toBeVisible()
})
