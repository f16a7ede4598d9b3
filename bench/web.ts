import { setTimeout as pause } from 'node:timers/promises'
import { type Browser, chromium, type Page, type Request } from '@playwright/test'
import { median } from 'simple-statistics'
import { askedOf } from './options.ts'
import { atMost, held, printResult, table } from './report.ts'
import { plainChart } from './web-peer.ts'
import { startBenchServer } from './web-server.ts'

const FLOORS = {
  first_page_kib: atMost(250, 'of the overview, over the wire'),
  first_chart_ms: atMost(1000, 'until the first chart of the overview or of a channel, whichever is later'),
  redraw_two_years_ms: atMost(100, 'of the page’s thread, answers read, to draw a new range of two years of hours'),
  slow_frames_zooming: atMost(0, 'of more than 50 ms'),
  memory_growth_ratio: atMost(0.1, 'of the heap, over an hour of live updates'),
  layout_shift: atMost(0.02, 'of either page, as the browser reckons it'),
}
const asked = askedOf({
  name: 'web',
  about: `
The pages in a real browser, as the service sends them: bytes and time to the first chart, how long a new range of two years of
hours takes to draw, frames while zooming, memory over an hour of live updates, and whether anything jumps. The browser is Chromium;
TIDEWATCH_CHROMIUM names its file where it isn't /usr/bin/chromium.`,
  options: {
    updates: { value: 'N', about: 'How many live updates, from 120. Default: 720, which is an hour.' },
    runs: { value: 'N', about: 'How often each first page is loaded. Default: 5.' },
  },
  floors: FLOORS,
})
const updates = asked.whole('updates', 720, 120)
const runs = asked.whole('runs', 5)

const NOW = Date.UTC(2014, 1, 6, 14, 22)
const KIB = 1024
const SLOW_FRAME_MS = 50
const LOOK_EVERY_MS = 150
const CALM_LOOKS = 4
/** On their way, by page. */
const requests = new Map<Page, ReadonlySet<Request>>()
const UPDATE_EVERY_MS = 5000
/** The first minutes fill caches; after them memory stays. */
const WARM_UP_UPDATES = 60

/** Runs in the page before anything else: keeps what the browser says of frames, jumps and the first chart. */
const PROBE = `
  window.probe = { frames: [], shift: 0, chartAt: null };
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) probe.shift += entry.value;
  }).observe({ type: 'layout-shift', buffered: true });
  (function frame(last) {
    requestAnimationFrame((now) => {
      probe.frames.push(now - last);
      if (probe.chartAt === null && document.querySelector('.week .seen, .canvas canvas') !== null) probe.chartAt = performance.now();
      frame(now);
    });
  })(performance.now());
`

interface FirstPage {
  readonly bytes: number
  readonly chartMs: number
  readonly shift: number
}

const server = await startBenchServer(NOW)
const browser = await launched()
try {
  const overview = await firstPages('/')
  const channel = await firstPages('/channel/nightly')
  const redrawMs = await redraw()
  const plainRedrawMs = await plainRedraw()
  const zoom = await zoomFrames()
  const memory = await liveMemory()
  const goals = held(FLOORS, {
    first_page_kib: overview.bytes / KIB,
    first_chart_ms: Math.max(overview.chartMs, channel.chartMs),
    redraw_two_years_ms: redrawMs,
    slow_frames_zooming: zoom.slow,
    memory_growth_ratio: Math.abs(memory.after / memory.before - 1),
    layout_shift: Math.max(overview.shift, channel.shift),
  })
  process.stdout.write(
    table(
      ['measure', 'reached', 'goal'],
      Object.entries(goals).map(([name, { value, goal, ok }]) => [
        name.replaceAll('_', ' '),
        value.toFixed(value < 10 ? 3 : 0),
        `${ok ? '' : 'missed: '}at most ${goal}`,
      ]),
    ),
  )
  process.stdout.write(`The same two years by ECharts alone, from the same answers: ${plainRedrawMs.toFixed(0)} ms\n`)
  printResult(
    'web',
    {
      ...metrics('overview', overview),
      ...metrics('channel', channel),
      redraw_by_echarts_alone_ms: plainRedrawMs,
      redraw_of_echarts_alone_ratio: redrawMs / plainRedrawMs,
      longest_frame_ms: zoom.longest,
      heap_before_mib: memory.before / KIB ** 2,
      heap_after_mib: memory.after / KIB ** 2,
    },
    goals,
  )
} finally {
  await browser.close()
  await server.close()
}

function metrics(name: string, { bytes, chartMs, shift }: FirstPage): Record<string, number> {
  return { [`${name}_bytes`]: bytes, [`${name}_first_chart_ms`]: chartMs, [`${name}_layout_shift`]: shift }
}

function launched(...args: readonly string[]): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.TIDEWATCH_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--enable-precise-memory-info', ...args],
  })
}

async function plain(inBrowser = browser): Promise<Page> {
  const context = await inBrowser.newContext({ viewport: { width: 1440, height: 900 } })
  const page = await context.newPage()
  const open = new Set<Request>()
  // The live stream has no end.
  page.on('request', (request) => request.url().endsWith('/stream') || open.add(request))
  page.on('requestfinished', (request) => open.delete(request))
  page.on('requestfailed', (request) => open.delete(request))
  requests.set(page, open)
  return page
}

async function opened(): Promise<Page> {
  const page = await plain()
  await page.addInitScript({ content: PROBE })
  return page
}

/** Each in a browser that never saw it: the median time, the worst jump, all bytes over the wire until the chart stands. */
async function firstPages(path: string): Promise<FirstPage> {
  const all: FirstPage[] = []
  for (let run = 0; run < runs; run++) {
    const page = await opened()
    const wire = await page.context().newCDPSession(page)
    let bytes = 0
    wire.on('Network.loadingFinished', ({ encodedDataLength }) => {
      bytes += encodedDataLength
    })
    await wire.send('Network.enable')
    await page.goto(server.address + path)
    await page.waitForFunction('probe.chartAt !== null')
    const firstByte = await page.evaluate<number>('performance.getEntriesByType("navigation")[0].responseStart')
    const chartAt = await page.evaluate<number>('probe.chartAt')
    await settled(page)
    all.push({ bytes, chartMs: chartAt - firstByte, shift: await page.evaluate<number>('probe.shift') })
    await page.context().close()
  }
  return {
    bytes: Math.max(...all.map((one) => one.bytes)),
    chartMs: median(all.map((one) => one.chartMs)),
    shift: Math.max(...all.map((one) => one.shift)),
  }
}

/** Two years of hours, moved by half of their length: by the channel's page, from the key to the last picture. */
async function redraw(): Promise<number> {
  const page = await plain()
  await page.goto(`${server.address}/channel/nightly?from=2012-02-06T00:00Z&to=2014-02-06T00:00Z`)
  await page.locator('.canvas canvas').waitFor()
  return await busyMs(page, (run) => page.keyboard.press(run % 2 === 0 ? '[' : ']'))
}

/** The same by ECharts alone, from the same answers: no page around the chart, nothing beside or below it. */
async function plainRedraw(): Promise<number> {
  const page = await plain()
  const draw = await plainChart(page, server.address)
  await draw(1)
  return await busyMs(page, draw)
}

/**
 * Of the processor, what the page's one thread takes each time, the median, less what it costs to watch a page on which nothing happens: the
 * server, and the browser's other threads, want the same few cores at the same moment. Closes it.
 */
async function busyMs(page: Page, act: (run: number) => Promise<void>): Promise<number> {
  await settled(page)
  const wire = await page.context().newCDPSession(page)
  await wire.send('Performance.enable')
  const busySeconds = async (): Promise<number> => {
    const { metrics } = await wire.send('Performance.getMetrics')
    return metrics.find(({ name }) => name === 'ThreadTime')?.value ?? Number.NaN
  }
  const busy: number[] = []
  const idle: number[] = []
  for (let run = 0; run < runs; run++) {
    const start = await busySeconds()
    await settled(page)
    const before = await busySeconds()
    await act(run)
    await settled(page)
    idle.push(before - start)
    busy.push((await busySeconds()) - before)
  }
  await page.context().close()
  return (median(busy) - median(idle)) * 1000
}

/** Drags into sixty days and leads out again, several times. */
async function zoomFrames(): Promise<{ readonly slow: number; readonly longest: number }> {
  const page = await opened()
  await page.goto(`${server.address}/channel/nightly?last=60d`)
  await page.waitForFunction('probe.chartAt !== null')
  await settled(page)
  const box = await page.getByRole('slider').boundingBox()
  if (box === null) throw new Error('the chart has no plot to zoom')
  await page.evaluate('void (probe.frames.length = 0)')
  for (let run = 0; run < runs; run++) {
    await page.mouse.move(box.x + box.width * 0.3, box.y + 60)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.7, box.y + 60, { steps: 20 })
    await page.mouse.up()
    await settled(page)
    await page.keyboard.press('Escape')
    await settled(page)
  }
  const frames = await page.evaluate<number[]>('probe.frames')
  await page.context().close()
  return { slow: frames.filter((ms) => ms > SLOW_FRAME_MS).length, longest: Math.max(...frames) }
}

/** An hour of counts that change every five seconds, with a clock that doesn't wait for it; bytes of the heap after collecting. */
async function liveMemory(): Promise<{ readonly before: number; readonly after: number }> {
  // Without the probe: it keeps the length of every frame, and there are a million of them.
  // Nor with what a browser compiles of a page's code for half an hour: it stays where it is, and hides what the page itself keeps.
  const uncompiled = await launched('--js-flags=--no-sparkplug --no-maglev --no-opt')
  const page = await plain(uncompiled)
  await page.clock.install({ time: NOW })
  const wire = await page.context().newCDPSession(page)
  const heap = async (): Promise<number> => {
    await wire.send('HeapProfiler.collectGarbage')
    return (await wire.send('Runtime.getHeapUsage')).usedSize
  }
  await page.goto(`${server.address}/channel/nightly`)
  await page.locator('.canvas canvas').waitFor()
  let before = 0
  for (let update = 1; update <= updates; update++) {
    server.winter.now += UPDATE_EVERY_MS
    const renewed = page.waitForResponse(/\/api\/v1\/overview/)
    server.publish({ event: 'counts', channels: ['nightly'], hours: [], counts: [] })
    while ((await Promise.race([renewed, page.clock.runFor(1000)])) === undefined) {
      // The event may not have arrived yet: the page's clock goes on until it asks.
    }
    await page.clock.runFor(UPDATE_EVERY_MS - 1000)
    if (update === WARM_UP_UPDATES) before = await heap()
  }
  const after = await heap()
  await uncompiled.close()
  server.winter.now = NOW
  return { before, after }
}

/** No answer is on its way, and none was for a while: nothing is drawn any more. */
async function settled(page: Page): Promise<void> {
  for (let calm = 0; calm < CALM_LOOKS; ) {
    await pause(LOOK_EVERY_MS)
    calm = requests.get(page)?.size === 0 ? calm + 1 : 0
  }
}
