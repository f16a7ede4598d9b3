import { CustomChart } from 'echarts/charts'
import { GridComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'

// Only what the charts use: the rest of ECharts stays out of the bundle.
use([CustomChart, GridComponent, CanvasRenderer])

export { init }
