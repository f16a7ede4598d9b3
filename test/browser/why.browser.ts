import type { IncidentsAnswer } from '../../server/api/types.ts'
import { expect, test } from './demo.ts'
import { HOUR_MS, shifted, watchShifts } from './pages.ts'

/** Why one was, or wasn't, told: asked of the real service, with the story told. */

/** An hour is judged once more for the answer: on a busy machine that takes its time. */
const JUDGED = { timeout: 30_000 }

test.describe.configure({ timeout: 120_000 })

async function toldAt(url: string): Promise<{ readonly id: number; readonly hour: number }> {
  const { incidents }: IncidentsAnswer = JSON.parse(await (await fetch(`${url}/api/v1/incidents`)).text())
  const fall = incidents.find(({ group, channels }) => group === 'volume' && channels.includes('nightly'))
  if (fall === undefined) throw new Error('the demo has no fall of nightly')
  return { id: fall.id, hour: Date.parse(fall.detected_at) - HOUR_MS }
}

const addressOf = (channel: string, hour: number) => `/why/${channel}/${new Date(hour).toISOString().slice(0, 16)}Z`

test('an hour says by what it was told; the hour before, what was missing; keys go from one to the other', async ({
  page,
  demo,
}) => {
  const { id, hour } = await toldAt(demo.url)
  await page.goto(addressOf('nightly', hour))
  await expect(page.getByRole('heading', { level: 1 })).toContainText(`incident ${id}`, JUDGED)
  await expect(page.locator('.is-met').first()).toContainText('told')
  await expect(page.getByRole('link', { name: `Incident ${id}` })).toHaveAttribute('href', `/incident/${id}`)
  await page.keyboard.press('t')
  const hours = page.getByRole('table', { name: 'Submissions by the hour, and what was expected' })
  // The day before the hour, the hour, those after it, and the head.
  await expect(hours.getByRole('row')).toHaveCount(44)
  await page.keyboard.press('t')
  await expect(hours).toHaveCount(0)
  await page.keyboard.press('[')
  await expect(page).toHaveURL(addressOf('nightly', hour - HOUR_MS))
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Not told', JUDGED)
  await expect(page.getByRole('heading', { name: 'What held it back' })).toBeVisible()
  await page.keyboard.press(']')
  await expect(page).toHaveURL(addressOf('nightly', hour))
  await page.getByRole('link', { name: 'All channels then' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Not told: all channels together', JUDGED)
})

test('a click on another hour of the day asks about that one', async ({ page, demo }) => {
  const { hour } = await toldAt(demo.url)
  await page.goto(addressOf('nightly', hour))
  const chart = page.getByRole('img', { name: /^nightly by the hour around/ })
  const box = await chart.boundingBox()
  if (box === null) throw new Error('the day is not drawn')
  // The day has 43 hours, the hour asked about stands at the thirtieth.
  await chart.click({ position: { x: (box.width * 10.5) / 43, y: 60 } })
  await expect(page).toHaveURL(addressOf('nightly', hour - 20 * HOUR_MS))
})

test('nothing that stands there moves when the verdict comes, however long its sentence is', async ({ page, demo }) => {
  await page.addInitScript(watchShifts)
  const { hour } = await toldAt(demo.url)
  await page.goto(addressOf('nightly', hour))
  await expect(page.getByRole('heading', { level: 1 })).toContainText('nightly', JUDGED)
  await expect(page.getByRole('figure')).toBeVisible()
  expect(await shifted(page)).toBeLessThan(0.02)
})

test('a channel that is not there is told, with the one that was meant', async ({ page, demo, expectedMessages }) => {
  expectedMessages.push(/400 \(Bad Request\)/)
  const { hour } = await toldAt(demo.url)
  await page.goto(addressOf('nihgtly', hour))
  await expect(page.getByRole('alert').first()).toContainText('use nightly')
})

for (const [name, path, chart] of [
  ['the overview', '/', '.channels tbody .week .drawing'],
  ['the sum of all channels', '/', '.channels tfoot .week .drawing'],
  ['what is invalid', '/invalid', '.problem-cell .drawing'],
  ['a channel’s parts', '/channel/nightly', '.mini .drawing'],
  ['the pipeline', '/pipeline', '.rate .drawing'],
  ['an incident', '/incident/', '.incident .scrub'],
] as const) {
  test(`a click on an hour of ${name} asks about that hour`, async ({ page, demo }) => {
    const { id } = await toldAt(demo.url)
    await page.goto(path === '/incident/' ? `${path}${id}` : path)
    const drawing = page.locator(chart).first()
    const box = await drawing.boundingBox()
    if (box === null) throw new Error(`${name} has no chart`)
    await drawing.click({ position: { x: box.width * 0.4, y: box.height / 2 } })
    await expect(page).toHaveURL(/\/why\/[^/]+\/\d{4}-\d\d-\d\dT\d\d:00Z$/)
    await expect(page.getByRole('heading', { level: 1 })).toContainText(/^Not told|incident/i, JUDGED)
    await page.goBack()
    await expect(page).toHaveURL(path === '/incident/' ? `${path}${id}` : path)
  })
}
