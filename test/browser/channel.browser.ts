import { AxeBuilder } from '@axe-core/playwright'
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

test('the channel’s page draws its lanes and tells the newest hour without being pointed at', async ({ page }) => {
  await page.goto('/channel/nightly')
  await expect.poll(() => paintedShare(page)).toBeGreaterThan(0.02)
  const readout = page.locator('.readout')
  await expect(readout).toContainText('Thu 6 Feb 2014, 13:00')
  await expect(readout).toContainText('expected')
  await expect(page.getByRole('link', { name: /13 saved-session missing/ })).toBeVisible()
  await expect(page.getByText('now 14:22')).toBeVisible()
  await expect(page.locator('.mini')).not.toHaveCount(0)
  await expect(page.locator('.late-mark')).toHaveCount(1)
  await keepScreenshot(page, 'channel-light')
})

test('a winter at a glance: gaps named, troubles bracketed, builds that never came', async ({ page, server }) => {
  server.now = Date.UTC(2014, 1, 12, 23, 4)
  await page.goto('/channel/nightly?last=60d&ghost=week')
  await expect(page.getByText('nothing counted, 9 h')).toBeVisible()
  await expect(page.getByText('nothing counted, 7 h')).toBeVisible()
  await expect(page.getByRole('link', { name: /12 builds from 20140116 on/ })).toBeVisible()
  await expect(page.getByText('no new build seen')).toBeVisible()
  const silenced = page.getByRole('link', { name: 'silenced by sam, incident 13 only: the fix is on its way' })
  await expect(silenced).toHaveAttribute('href', '/incident/13')
  await expect(page.getByRole('link', { name: /judge\.falseAlarmsPerYear is 0\.5, was 0\.05/ })).toBeVisible()
  await expect(page.getByText(/0\.3\d on Wed 22 Jan/)).toBeVisible()
  await expect(page.locator('.readout')).toContainText('last week')
  await expect.poll(() => paintedShare(page)).toBeGreaterThan(0.02)
  await keepScreenshot(page, 'channel-60-days')
})

test('pointing reads out an hour; an hour nobody counted is unknown, with its reason', async ({ page }) => {
  await page.goto('/channel/nightly?from=2014-01-08T00:00Z&to=2014-01-09T00:00Z')
  const plot = await page.getByRole('slider').boundingBox()
  if (plot === null) throw new Error('the chart has no plot')
  // A day wide: half way lies 12:00, in the gap from 9 to 16.
  await page.mouse.move(plot.x + plot.width * 0.52, plot.y + 40)
  await expect(page.locator('.readout')).toContainText('Wed 8 Jan 2014, 12:00')
  await expect(page.locator('.readout')).toContainText('unknown (no receiver was running)')
})

test('above a range that is over, a channel that is well is said to be so now', async ({ page }) => {
  await page.goto('/channel/release')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('release is well.')
  await page.goto('/channel/release?from=2014-01-20T00:00Z&to=2014-01-27T00:00Z')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('release is well now.')
})

test('arrow keys move the read-out and say it', async ({ page }) => {
  await page.goto('/channel/nightly')
  const slider = page.getByRole('slider')
  await slider.focus()
  await page.keyboard.press('ArrowLeft')
  await expect(slider).toHaveAttribute('aria-valuetext', /^Thu 6 Feb 2014, 12:00 UTC: seen .*expected/)
  await page.keyboard.press('Home')
  await expect(page.locator('.readout')).toContainText('Thu 30 Jan 2014, 15:00')
})

test('dragging zooms, each zoom is one step of history, Escape and double click lead out', async ({ page }) => {
  await page.goto('/channel/nightly')
  const plot = await page.getByRole('slider').boundingBox()
  if (plot === null) throw new Error('the chart has no plot')
  const drag = async (): Promise<void> => {
    await page.mouse.move(plot.x + plot.width * 0.25, plot.y + 60)
    await page.mouse.down()
    await page.mouse.move(plot.x + plot.width * 0.5, plot.y + 60, { steps: 4 })
    await page.mouse.up()
  }
  await drag()
  await expect(page).toHaveURL(/from=2014-02-01T15:00Z&to=2014-02-03T15:00Z/)
  await expect(page.locator('.readout')).toContainText('3 Feb 2014, 14:00')
  await page.keyboard.press('Escape')
  await expect(page).toHaveURL(/\/channel\/nightly$/)
  await drag()
  await expect(page).toHaveURL(/from=/)
  await page.getByRole('slider').dblclick({ position: { x: 30, y: 30 } })
  await expect(page).toHaveURL(/\/channel\/nightly$/)
  // What was chosen while zoomed stays when the zoom is left, even where that goes no way back.
  await page.getByRole('button', { name: '60 d' }).click()
  await expect(page.locator('.readout')).toContainText('13:00')
  await drag()
  await expect(page).toHaveURL(/from=/)
  await page.keyboard.press('l')
  await expect(page).toHaveURL(/from=.*scale=log/)
  await page.keyboard.press('Escape')
  await expect(page).toHaveURL(/\/channel\/nightly\?last=60d&scale=log$/)
  // Nothing is known beyond tomorrow: there is nowhere to go.
  await page.keyboard.press(']')
  await expect(page).toHaveURL(/to=2014-02-07T15:00Z&scale=log$/)
  await page.keyboard.press(']')
  await expect(page).toHaveURL(/to=2014-02-07T15:00Z&scale=log$/)
})

test('two fingers take the times that they hold along', async ({ page }) => {
  await page.goto('/channel/nightly')
  const plot = await page.getByRole('slider').boundingBox()
  if (plot === null) throw new Error('the chart has no plot')
  const browser = await page.context().newCDPSession(page)
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', ...shares: number[]) =>
    browser.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: shares.map((share, id) => ({ x: plot.x + plot.width * share, y: plot.y + 60, id })),
    })
  await touch('touchStart', 0.4)
  await touch('touchStart', 0.4, 0.6)
  await touch('touchMove', 0.3, 0.7)
  await expect(page.locator('.selection')).toBeVisible()
  await touch('touchEnd')
  // Eight days with what is foretold; twice as far apart, the four in the middle are left.
  await expect(page).toHaveURL(/from=2014-02-01T15:00Z&to=2014-02-05T15:00Z$/)
})

test('the address bar holds the whole view; keys change it', async ({ page }) => {
  await page.goto('/channel/nightly')
  await expect(page.locator('.readout')).toContainText('seen')
  for (const key of ['w', 'l', 't', 'z']) await page.keyboard.press(key)
  await expect(page).toHaveURL('/channel/nightly?ghost=week&scale=log&show=table&zone=local')
  await page.reload()
  await expect(page.getByRole('button', { name: 'Last week' })).toHaveAttribute('aria-pressed', 'true')
  const table = page.getByRole('table', { name: /submissions per hour, newest first/ })
  await expect(table.getByRole('columnheader')).toHaveText([
    'Time, GMT+13:45',
    'seen',
    'expected',
    'of expected',
    'invalid',
    'last week',
    'what began',
  ])
  // The running hour, 14:00 UTC, in a zone 13:45 ahead of it.
  await expect(table.getByRole('rowheader').first()).toHaveText('Fri 7 Feb 2014, 03:45')
  await expect(table.getByRole('cell', { name: 'counted late, last at Thu 6 Feb, 01:05: judged anew' })).toBeVisible()
  await page.getByText(/^Expected of the next/).click()
  await expect(page.locator('.series-forecast').getByRole('rowheader').first()).toHaveText('Fri 7 Feb, 04:45')
  const parts = page.getByRole('table', { name: /^By reason, per/ })
  await expect(parts.getByRole('columnheader', { name: 'saved-session' })).toBeVisible()
  await expect(parts.getByRole('cell').first()).toHaveText(/\d/)
})

test('the break-down is one click away', async ({ page }) => {
  await page.goto('/channel/nightly')
  await expect(page.locator('.mini').first()).toContainText('saved-session')
  await page.getByRole('button', { name: 'build', exact: true }).click()
  await expect(page).toHaveURL(/by=build/)
  await expect(page.getByRole('heading', { name: /By build/ })).toBeVisible()
  await expect(page.locator('.mini').filter({ hasText: 'other (5)' })).toBeVisible()
})

test('what is discarded is said, with its size and limit, and drawn as a share of its own', async ({ page }) => {
  await page.goto('/channel/beta')
  const said = '1.2\u00a0% discarded as too large in the last 24 h: typically 305\u00a0KiB, the limit is 200\u00a0KiB.'
  await expect(page.getByText(said)).toBeVisible()
  await expect(page.getByRole('heading', { name: /^Discarded/ })).toBeVisible()
  await expect(page.locator('.mini').filter({ hasText: 'too large' })).toContainText('up to 1.2\u00a0%')
  await page.goto('/channel/release')
  await expect(page.locator('.readout')).toContainText('seen')
  await expect(page.getByText(/too large/)).toHaveCount(0)
})

test('new hours append without a click', async ({ page, server }) => {
  await page.goto('/channel/nightly')
  await expect(page.locator('.readout')).toContainText('13:00')
  server.now = THURSDAY + HOUR_MS
  server.publish({ event: 'judged', hour: '2014-02-06T14:00:00Z' })
  await expect(page.locator('.readout')).toContainText('Thu 6 Feb 2014, 14:00')
  await expect(page.getByText('now 15:22')).toBeVisible()
})

test('a part that can’t be loaded says so; the rest of the page lives', async ({ page, server, expectedMessages }) => {
  expectedMessages.push(/500/)
  server.broken.set('by=reason', 500)
  await page.goto('/channel/nightly')
  await expect(page.getByRole('alert')).toContainText('Could not load the break-down by reason')
  await expect(page.locator('.readout')).toContainText('seen')
  await expect.poll(() => paintedShare(page)).toBeGreaterThan(0.02)
})

test('of a range that can’t be loaded nothing is drawn: the chart before stays, and says of which days it is', async ({
  page,
  server,
  expectedMessages,
}) => {
  expectedMessages.push(/503/)
  await page.goto('/channel/nightly')
  const slider = page.getByRole('slider')
  await expect(slider).toHaveAttribute('aria-valuemax', '191')
  server.broken.set('metric=received', 503)
  await page.getByRole('button', { name: '60 d' }).click()
  const trouble = page.locator('.trouble').filter({ hasText: 'Could not load the series of nightly' })
  await expect(trouble).toContainText('Still shown: 30 Jan – 7 Feb 2014.')
  await expect(page.getByRole('link', { name: /12 builds from/ })).toHaveCount(0)
  await expect(slider).toHaveAttribute('aria-valuemax', '191')
  server.broken.clear()
  await trouble.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByRole('link', { name: /12 builds from/ })).toBeVisible()
  await expect(trouble).toHaveCount(0)
})

test('who waits for another range or channel is told what for after ten seconds, not before', async ({ page }) => {
  await page.clock.install()
  await page.goto('/channel/nightly')
  await expect(page.getByRole('slider')).toBeVisible()
  let answer: () => void = () => undefined
  const held = new Promise<void>((resolve) => {
    answer = resolve
  })
  await page.route(/\/series\?.*metric=received/, async (route) => {
    await held
    await route.continue()
  })
  const waits = page.getByRole('status').filter({ hasText: 'Still waiting for the series of' })
  await page.getByRole('button', { name: '60 d' }).click()
  await page.clock.fastForward(8_000)
  await expect(waits).toHaveCount(0)
  await page.clock.fastForward(4_000)
  await expect(waits).toContainText(/of nightly, since .* Still shown: 30 Jan – 7 Feb 2014\./)
  await page.getByRole('link', { name: 'release', exact: true }).click()
  await page.clock.fastForward(8_000)
  await expect(waits).toHaveCount(0)
  await page.clock.fastForward(4_000)
  await expect(waits).toContainText('of release, since')
  answer()
  await expect(waits).toHaveCount(0)
  await expect(page.getByRole('slider')).toHaveAttribute('aria-valuemax', '1439')
})

test('a server that is away is told once, and nothing that is there moves', async ({
  page,
  server,
  expectedMessages,
}) => {
  expectedMessages.push(/ERR_/)
  await page.goto('/channel/nightly')
  await expect.poll(() => paintedShare(page)).toBeGreaterThan(0.005)
  server.broken.set('/api/', 0)
  const asked = page.waitForEvent('requestfailed', (request) => request.url().includes('/api/v1/series'))
  server.publish({ event: 'counts', channels: ['nightly'], hours: ['2014-02-06T14:00:00Z'], counts: [] })
  server.dropStreams()
  await asked
  await expect(page.getByText(/hasn’t answered since .*: what stands here is/)).toBeVisible()
  await expect(page.locator('.trouble')).toHaveCount(0)
  await page.getByRole('button', { name: '60 d' }).click()
  await expect(page.getByText('Still shown: 30 Jan – 7 Feb 2014.')).toBeVisible()
  await findServerAgain(page, server)
  await expect(page.locator('.notices')).toBeEmpty()
})

for (const query of ['last=60d&by=build&parts=stacked', 'last=1d&step=hour&show=table']) {
  test(`what is pressed has room, and what scrolls is reached by keys: ${query}`, async ({ page }) => {
    await page.goto(`/channel/nightly?${query}`)
    await expect(page.locator('.scrub, .series-table > .table tbody tr').first()).toBeVisible()
    const { violations } = await new AxeBuilder({ page })
      .options({ rules: { 'target-size': { enabled: true } } })
      .analyze()
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(', ')}`)).toEqual([])
  })
}

test('on a phone the tables of the break-down scroll by themselves, and not the page', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 })
  await page.goto('/channel/nightly?show=table')
  await expect(page.locator('.parts-table')).toHaveCount(2)
  await expectNoSidewaysScrolling(page)
})

test('an unknown channel says so and offers the nearest', async ({ page }) => {
  await page.goto('/channel/nigthly')
  await expect(page.getByRole('heading', { level: 1 })).toContainText('nigthly')
  await page.getByRole('link', { name: 'nightly' }).first().click()
  await expect(page).toHaveURL(/\/channel\/nightly$/)
})

test('a channel is asked for only once it is known to exist', async ({ page, server }) => {
  server.age = 'empty'
  const asked: string[] = []
  page.on('request', (request) => asked.push(new URL(request.url()).pathname))
  let release = (): void => undefined
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  await page.route('**/api/v1/overview', async (route) => {
    await held
    await route.continue()
  })
  await page.goto('/channel/nightly')
  // The stream says what time it is: from here on the page knows which range it would ask for.
  await expect(page.getByText('counted up to 14:22 UTC')).toBeVisible()
  await expect(page.locator('.lane-empty').first()).toBeVisible()
  release()
  await expect(page.getByText('Waiting for the first submission…')).toBeVisible()
  expect(asked.filter((path) => path.startsWith('/api/v1/channels/'))).toEqual([])
})

test('where no overview can be had, the channel’s page lives', async ({ page, server, expectedMessages }) => {
  expectedMessages.push(/500/)
  server.broken.set('/overview', 500)
  await page.goto('/channel/nightly')
  await expect(page.locator('.readout')).toContainText('Thu 6 Feb 2014, 13:00')
})

test('names from outside are text, whatever they contain', async ({ page }) => {
  await page.goto(`/channel/${encodeURIComponent('<img src=x onerror=alert(1)>')}`)
  await expect(page.getByRole('heading', { level: 1 })).toContainText('<img src=x onerror=alert(1)>')
  await expect(page.locator('main img')).toHaveCount(0)
})

test('a name without an end stays on the page, whatever direction it is written in', async ({ page }) => {
  await page.goto(`/channel/${'x'.repeat(200)}`)
  await expect(page.getByRole('heading', { level: 1 })).toContainText('xxx')
  await expectNoSidewaysScrolling(page)
  await page.goto('/channel/%E2%80%AEabc')
  await expect(page.locator('h1 b')).toHaveCSS('unicode-bidi', 'isolate')
})

test('Channels in the head leads to the channel looked at last', async ({ page }) => {
  await page.goto('/channel/beta')
  await expect(page.locator('.readout')).toContainText('seen')
  await page.getByRole('link', { name: 'Overview' }).click()
  await page.getByRole('link', { name: 'Channels', exact: true }).click()
  await expect(page).toHaveURL(/\/channel\/beta$/)
})

for (const width of [360, 768, 1920]) {
  test(`at ${width} px all of it fits`, async ({ page }) => {
    await page.setViewportSize({ width, height: 844 })
    await page.goto('/channel/nightly')
    await expect.poll(() => paintedShare(page)).toBeGreaterThan(0.02)
    await expectNoSidewaysScrolling(page)
    await keepScreenshot(page, `channel-${width}`)
  })
}

test('a range in the address that can’t be shown is told, until another one is chosen', async ({ page }) => {
  await page.goto('/channel/nightly?from=2014-02-02&to=2014-02-01')
  await expect(page.getByText('it ends before it begins')).toBeVisible()
  await page.getByRole('button', { name: '60 d' }).click()
  await expect(page.getByText('it ends before it begins')).toBeHidden()
})
