import { createRequire } from 'node:module'
import type { Page } from '@playwright/test'

/** Two years of hours, half of their length apart. */
const RANGES = [
  ['2011-02-06T00:00:00Z', '2013-02-06T00:00:00Z'],
  ['2012-02-06T00:00:00Z', '2014-02-06T00:00:00Z'],
] as const

const ECHARTS = createRequire(import.meta.url).resolve('echarts/dist/echarts.min.js')

/** Asks for the same columns as the channel's page, and draws them as ECharts' own lines and stacked areas on as large a canvas. */
const DRAWING = `
  const box = document.body.appendChild(document.createElement('div'))
  box.style.cssText = 'width:1232px;height:640px'
  const chart = echarts.init(box)
  window.draw = async (from, to) => {
    const ask = async (metric) => {
      const query = new URLSearchParams({ metric, step: 'hour', channel: 'nightly', from, to })
      return (await fetch('/api/v1/series?' + query + '&leave_out=times&leave_out=completeness', { cache: 'no-cache' })).json()
    }
    const [received, invalid] = await Promise.all([ask('received'), ask('invalid_rate')])
    const start = Date.parse(received.from)
    const points = (values) => values.map((value, index) => [start + index * 3600000, value])
    const { low, high } = received.expected
    const line = { type: 'line', symbol: 'none', animation: false, lineStyle: { width: 1 } }
    chart.setOption({
      animation: false,
      grid: [{ top: 20, height: 380 }, { top: 460, height: 120 }],
      xAxis: [{ type: 'time', gridIndex: 0 }, { type: 'time', gridIndex: 1 }],
      yAxis: [{ gridIndex: 0 }, { gridIndex: 1 }],
      series: [
        { ...line, stack: 'band', data: points(low), lineStyle: { opacity: 0 } },
        { ...line, stack: 'band', data: points(high.map((value, index) => value - low[index])), areaStyle: {} },
        { ...line, data: points(received.series[0].values) },
        { ...line, data: points(invalid.series[0].values), xAxisIndex: 1, yAxisIndex: 1 },
      ],
    }, { notMerge: true })
  }
`

/** Opens a page at `address` with nothing in it but ECharts; the function draws one range or the other. */
export async function plainChart(page: Page, address: string): Promise<(run: number) => Promise<void>> {
  await page.route(`${address}/plain-chart`, (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }),
  )
  await page.goto(`${address}/plain-chart`)
  await page.addScriptTag({ path: ECHARTS })
  await page.addScriptTag({ content: DRAWING })
  return async (run) => {
    const [from, to] = RANGES[run % 2 === 0 ? 0 : 1]
    await page.evaluate(`draw('${from}', '${to}')`)
  }
}
