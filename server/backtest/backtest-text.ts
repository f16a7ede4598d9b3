import type { Incident } from '../../alerts/incident.ts'
import { formatTime } from '../../alerts/sentence/format.ts'
import { incidentSentence } from '../../alerts/sentence/incident-sentence.ts'
import { shown } from '../cli/shown.ts'
import type { LabelScore } from '../incidents/compare-labels.ts'
import { compareRuns } from './compare-runs.ts'

/** What on-call would have been told, an incident a paragraph. */
export function incidentsText(incidents: readonly Incident[], hours: number): string {
  if (incidents.length === 0) return `Nothing to tell in ${hours} hours.\n`
  return incidents.map((incident) => `${shown(incidentLines(incident))}\n`).join('')
}

function incidentLines(incident: Incident): string {
  const { id, kind, state, detectedAt, explanation } = incident
  const cause = explanation.sentence === '' ? '' : `\n      ${explanation.sentence}`
  return `${String(id).padStart(4)}  ${kind}, ${state}, told ${formatTime(detectedAt)} UTC\n      ${incidentSentence(incident)}${cause}`
}

interface Run {
  readonly settings: string
  readonly incidents: readonly Incident[]
}

/** What two settings tell of the same counts, side by side; times are those at which it is told. */
export function comparisonText(first: Run, second: Run): string {
  const rows = compareRuns(first.incidents, second.incidents).map(({ first: one, second: other }) => [
    what(one ?? other),
    one === null ? '-' : formatTime(one.detectedAt),
    other === null ? '-' : formatTime(other.detectedAt),
  ])
  const both = rows.filter((row) => !row.includes('-')).length
  const counts = `${both} told by both, ${first.incidents.length - both} only by ${first.settings}, ${second.incidents.length - both} only by ${second.settings}.\n`
  if (rows.length === 0) return shown(`Nothing to tell with either.\n`)
  return shown(`${columns([['told, UTC', first.settings, second.settings], ...rows])}${counts}`)
}

function what(incident: Incident | null): string {
  return incident === null ? '' : `${incident.kind} on ${incident.channels.join(', ')}`
}

function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, i) => cell.padEnd(widths[i] ?? 0))
          .join('   ')
          .trimEnd()}\n`,
    )
    .join('')
}

/** How a judgement does by what people said. `settings`: to name it, where there are several. */
export function labelsText(
  scores: readonly LabelScore[],
  besides: readonly Incident[],
  settings: string | null,
): string {
  const head = settings === null ? '' : `${settings}:\n`
  const other = `told besides: ${besides.length}${numbers(besides.map(({ id }) => id))}\n`
  return shown(head + scores.map(scoreLine).join('') + other)
}

function scoreLine({ label, labelled, told, untold, delayHours }: LabelScore): string {
  const others = untold.length === 0 ? '' : `, not${numbers(untold)}`
  const middle = delayHours[Math.floor((delayHours.length - 1) / 2)]
  const worst = delayHours.at(-1)
  const delay =
    middle === undefined || worst === undefined
      ? ''
      : `, after ${middle.toFixed(1)} h (the latest ${worst.toFixed(1)} h)`
  return `called ${label}: ${told} of ${labelled} told${delay}${others}\n`
}

function numbers(ids: readonly number[]): string {
  return ids.length === 0 ? '' : ` (${ids.join(', ')})`
}
