import { HOUR_MS } from '../../data/domain/time.ts'
import { tablesOf } from './figures.ts'
import type { WorldCase, WorldRun } from './world-run.ts'

const WIDTH = 960
const HEIGHT = 220
const LEFT = 64
const TOP = 40
const BOTTOM = 24
const DAY_HOURS = 24
/** So many of a sort; the page says of how many. */
const MOST_CASES = 40

/** A page of its own, without anything to fetch: the figures, and the hardest cases hour by hour. */
export function reportPage(runs: readonly WorldRun[]): string {
  const cases = runs.flatMap((run) => run.cases.map((own) => ({ ...own, title: `${own.title} (seed ${run.seed})` })))
  const sections = (['missed', 'false alarm', 'slow'] as const).map((why) => {
    const own = cases.filter((one) => one.why === why)
    const shown = own.slice(0, MOST_CASES)
    const number = shown.length < own.length ? `${shown.length} of ${own.length}` : `${own.length}`
    return `<h2>${HEADINGS[why]}: ${number}</h2>\n${shown.map(caseFigure).join('\n')}`
  })
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Tidewatch: the judge's hardest cases</title>
<style>${STYLE}</style>
<h1>The judge’s hardest cases</h1>
<p>${runs.length} lives of simulated worlds. Blue is what was expected of an hour (99 of 100 lie within), the line is what came.
Sand marks what happened, the red bracket what was told, and the red mark when. A gap in the line: nobody listened.</p>
<pre>${escaped(tablesOf(runs))}</pre>
${sections.join('\n')}
</html>
`
}

const HEADINGS = { missed: 'Missed', 'false alarm': 'Told for nothing', slow: 'Told late' } as const

const STYLE = `
:root { --paper: #fbfcfc; --ink: #0f1e27; --ink-2: #46565f; --rule: #dae1e4; --wrong: #bf3015; --water: #1b7fa833; --shore: #5990ab; --sand: #8a5a0022; }
@media (prefers-color-scheme: dark) { :root { --paper: #0b1419; --ink: #e4ebee; --ink-2: #a6b4bb; --rule: #1f2d36; --wrong: #ff7e60; --water: #4fb3de33; --shore: #4a86a2; --sand: #e2ae4733; } }
body { background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; max-width: 1000px; margin: 32px auto; padding: 0 16px; }
h1 { font-size: 26px; } h2 { font-size: 19px; margin-top: 40px; border-bottom: 1px solid var(--rule); }
p { color: var(--ink-2); max-width: 70ch; }
pre { font: 12px/1.5 ui-monospace, monospace; overflow-x: auto; }
figure { margin: 24px 0; } figcaption { font-weight: 600; }
svg { width: 100%; height: auto; display: block; }
svg text { fill: var(--ink-2); font-size: 11px; }
.band { fill: var(--water); stroke: var(--shore); stroke-width: 0.5; } .seen { fill: none; stroke: var(--ink); stroke-width: 1.3; }
.rule { stroke: var(--rule); } .event { fill: var(--sand); } .told, .bracket { stroke: var(--wrong); stroke-width: 1.5; fill: none; }
svg .wrong { fill: var(--wrong); }
`

function caseFigure(one: WorldCase): string {
  const isRate = one.invalidPercent.length > 0
  return `<figure><figcaption>${escaped(one.title)}</figcaption>${isRate ? ratePlot(one) : volumePlot(one)}</figure>`
}

interface Scale {
  readonly x: (hour: number) => number
  readonly y: (value: number) => number
  readonly hours: number
  readonly top: number
}

function scaleOf(hours: number, largest: number): Scale {
  const top = niceTop(largest)
  return {
    hours,
    top,
    x: (hour) => LEFT + ((WIDTH - LEFT) * hour) / hours,
    y: (value) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - Math.min(1, value / top)),
  }
}

/** The next round number. */
function niceTop(largest: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(largest, 1e-6)))
  return power * ([1, 1.5, 2, 3, 4, 6, 8, 10].find((step) => step * power >= largest) ?? 10)
}

function volumePlot(one: WorldCase): string {
  const known = [...one.seen, ...one.high].filter((value) => value !== null)
  const scale = scaleOf(one.seen.length, Math.max(...known))
  const edge = (values: readonly (number | null)[], hour: number) =>
    `${scale.x(hour + 0.5).toFixed(1)},${scale.y(values[hour] ?? 0).toFixed(1)}`
  const expected = one.mid.flatMap((value, hour) => (value === null ? [] : [hour]))
  const band = [
    ...expected.map((hour) => edge(one.high, hour)),
    ...[...expected].reverse().map((hour) => edge(one.low, hour)),
  ]
  return plot(one, scale, 'an hour', `<polygon class="band" points="${band.join(' ')}"/>${line(one.seen, scale)}`)
}

function ratePlot(one: WorldCase): string {
  const known = one.invalidPercent.filter((value) => value !== null)
  const scale = scaleOf(one.invalidPercent.length, Math.max(...known))
  return plot(one, scale, '% invalid', line(one.invalidPercent, scale))
}

/** Broken where nothing is known. */
function line(values: readonly (number | null)[], { x, y }: Scale): string {
  let path = ''
  for (const [hour, value] of values.entries()) {
    if (value === null) continue
    const isBegin = (values[hour - 1] ?? null) === null
    path += `${isBegin ? 'M' : 'L'}${x(hour + 0.5).toFixed(1)} ${y(value).toFixed(1)}`
  }
  return `<path class="seen" d="${path}"/>`
}

function plot(one: WorldCase, scale: Scale, unit: string, drawn: string): string {
  const hourOf = (time: number) => Math.min(scale.hours, Math.max(0, (time - one.start) / HOUR_MS))
  const spans = one.spans.map(({ what, text, from, to }, index) => {
    const left = scale.x(hourOf(from))
    const right = scale.x(hourOf(to))
    if (what === 'event') {
      const shade = `<rect class="event" x="${left.toFixed(1)}" y="${TOP}" width="${(right - left).toFixed(1)}" height="${HEIGHT - TOP - BOTTOM}"/>`
      return `${shade}<text x="${(left + 3).toFixed(1)}" y="${TOP - 4}">${escaped(text)}</text>`
    }
    // Brackets of several incidents stand above each other.
    const y = 8 + 9 * (index % 3)
    const bracket = `<path class="bracket" d="M${left.toFixed(1)} ${y + 4}v-4H${right.toFixed(1)}v4"/>`
    return `${bracket}<text class="wrong" x="${(left + 3).toFixed(1)}" y="${y + 10}">${escaped(text)}</text>`
  })
  const told = one.detectedAt === null ? '' : toldMark(scale.x(hourOf(one.detectedAt)))
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img">${axes(one, scale, unit)}${spans.join('')}${drawn}${told}</svg>`
}

function toldMark(x: number): string {
  return `<path class="told" d="M${x.toFixed(1)} ${TOP}V${HEIGHT - BOTTOM}"/>`
}

function axes({ start }: WorldCase, { x, y, top, hours }: Scale, unit: string): string {
  const firstMidnight = Math.ceil(start / (DAY_HOURS * HOUR_MS)) * DAY_HOURS - start / HOUR_MS
  const every = hours > 14 * DAY_HOURS ? 3 : 1
  const days = []
  for (let hour = firstMidnight; hour < hours; hour += every * DAY_HOURS) {
    const date = new Date(start + hour * HOUR_MS).toUTCString().slice(0, 11)
    days.push(
      `<path class="rule" d="M${x(hour).toFixed(1)} ${TOP}V${HEIGHT - BOTTOM}"/><text x="${(x(hour) + 3).toFixed(1)}" y="${HEIGHT - 8}">${date}</text>`,
    )
  }
  const levels = [0, top / 2, top].map(
    (value) =>
      `<path class="rule" d="M${LEFT} ${y(value).toFixed(1)}H${WIDTH}"/><text x="${LEFT - 6}" y="${(y(value) + 4).toFixed(1)}" text-anchor="end">${value.toLocaleString('en')}</text>`,
  )
  return `${days.join('')}${levels.join('')}<text x="0" y="${TOP - 14}">${unit}</text>`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
