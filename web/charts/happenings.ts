import type { Zone } from '../view/zone.ts'
import { counted } from '../words/number.ts'
import { moment } from '../words/time.ts'
import { STEP_MS } from './at-times.ts'
import type { ChartData } from './chart-data.ts'

/** What began in a step, in words: incidents, what people marked, gaps, builds first seen. Everything that a chart marks. */
export function happenings(data: ChartData, index: number, zone: Zone): readonly string[] {
  const middle = data.x[index]
  if (middle === undefined) return []
  const half = STEP_MS[data.step] / 2
  const isHere = (time: number): boolean => time >= middle - half && time < middle + half
  const builds = data.builds.filter(({ at }) => isHere(at)).map(({ id, blamed }) => `${id}${blamed ? ' (blamed)' : ''}`)
  return [
    ...data.incidents.filter(({ from }) => isHere(from)).map(({ id, label }) => `incident ${id}: ${label}`),
    ...data.annotations.filter(({ from }) => isHere(from)).map(({ text }) => text),
    ...data.heldBack.filter(({ from, key }) => isHere(from) && key.startsWith('silence')).map(({ text }) => text),
    ...data.gaps.filter(({ from }) => isHere(from)).map(({ reason }) => `nothing counted from here on: ${reason}`),
    ...data.late
      .filter(({ at }) => isHere(at))
      .map(({ addedAt }) => `counted late, last at ${moment(addedAt, zone)}: judged anew`),
    ...(builds.length === 0
      ? []
      : [`${builds.length === 1 ? 'build' : counted(builds.length, 'build')} first seen: ${builds.join(', ')}`]),
  ]
}
