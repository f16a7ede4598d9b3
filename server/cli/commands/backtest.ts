import { createReadStream } from 'node:fs'
import { access, readFile } from 'node:fs/promises'
import { z } from 'zod'
import { backtest } from '../../../alerts/backtest.ts'
import { formatTime } from '../../../alerts/sentence/format.ts'
import { incidentSentence } from '../../../alerts/sentence/incident-sentence.ts'
import { importCsv } from '../../../data/counts/csv/import-csv.ts'
import { CsvError } from '../../../data/counts/csv/parse-csv.ts'
import { type Database, openDatabase } from '../../../data/counts/database.ts'
import { readHistory } from '../../../data/counts/read-history.ts'
import { HOUR_MS } from '../../../data/domain/time.ts'
import { incidentAnswer } from '../../api/incident-answer.ts'
import type { IncidentAnswer } from '../../api/types.ts'
import { compareLabels, exportedIncidents, type LabelScore } from '../../incidents/compare-labels.ts'
import { type Command, CommandError } from '../command.ts'

export const backtestCommand: Command = {
  name: 'backtest',
  summary: 'Judges counts of the past hour by hour: what on-call would have been told.',
  usage: 'FILE [--attributes FILE] [--labels FILE] [--json]',
  help: `Reads hourly counts from a CSV file (as "tidewatch import counts" does), and judges each hour exactly as the live judge would
have, knowing nothing of what came later. Prints the incidents. Nothing is kept.

With --labels, what people called the incidents of that time (as "tidewatch incidents export" writes it) is held against it: how many
of the real ones it tells, and how many of the false alarms.`,
  options: {
    attributes: { value: 'FILE', about: 'Counts of watched attributes, to name causes by, and of what was discarded.' },
    labels: { value: 'FILE', about: 'Incidents with what people called them.' },
    json: { about: 'One JSON object, {"incidents": […]}, as the API answers it.' },
  },
  takesSettings: false,
  operands: { least: 1, most: 1 },
  async run(args, io) {
    const [counts = ''] = args.operands
    const attributes = args.option('attributes')
    const database = await openDatabase(':memory:')
    try {
      const range = await importFile(database, counts)
      if (attributes !== null) await importFile(database, attributes)
      const history = await readHistory(database, range.from, range.to)
      const labels = await labelsOf(args.option('labels'))
      const { incidents } = backtest(history)
      const scores = labels === null ? null : compareLabels(labels, incidents)
      const answer = { incidents: incidents.map(incidentAnswer), ...(scores === null ? {} : { labels: scores }) }
      if (args.isOn('json')) io.out(`${JSON.stringify(answer, null, 2)}\n`)
      else if (incidents.length === 0) io.out(`Nothing to tell in ${history.hours} hours.\n`)
      else for (const incident of incidents) io.out(`${incidentLines(incident)}\n`)
      if (scores !== null && !args.isOn('json')) for (const score of scores) io.out(`${scoreLine(score)}\n`)
      return 0
    } finally {
      await database.close()
    }
  },
}

async function importFile(database: Database, file: string): Promise<{ readonly from: number; readonly to: number }> {
  await access(file).catch(() => {
    throw new CommandError(`${file} can't be read: is there such a file?`)
  })
  try {
    const summary = await importCsv(database, { chunks: createReadStream(file), source: file, now: Date.now() })
    if (summary.firstHour === null || summary.lastHour === null) throw new CommandError(`${file} holds no submissions`)
    return { from: summary.firstHour, to: summary.lastHour + HOUR_MS }
  } catch (error) {
    if (error instanceof CsvError) {
      throw new CommandError(error.problems.map((problem) => `${file}: ${problem}`).join('\n'))
    }
    throw error
  }
}

async function labelsOf(file: string | null): Promise<readonly IncidentAnswer[] | null> {
  if (file === null) return null
  try {
    return exportedIncidents.parse(JSON.parse(await readFile(file, 'utf8'))).incidents
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : error instanceof Error ? error.message : error
    throw new CommandError(`${file} can't be read as what "tidewatch incidents export" writes: ${why}`)
  }
}

function scoreLine({ label, labelled, told, untold }: LabelScore): string {
  const others = untold.length === 0 ? '' : ` (not ${untold.join(', ')})`
  return `called ${label}: ${told} of ${labelled} told${others}`
}

function incidentLines(incident: Parameters<typeof incidentAnswer>[0]): string {
  const { id, kind, state, detectedAt, explanation } = incident
  const cause = explanation.sentence === '' ? '' : `\n      ${explanation.sentence}`
  return `${String(id).padStart(4)}  ${kind}, ${state}, told ${formatTime(detectedAt)} UTC\n      ${incidentSentence(incident)}${cause}`
}
