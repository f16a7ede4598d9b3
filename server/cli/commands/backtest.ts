import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { Incident } from '../../../alerts/incident.ts'
import type { JudgeWishes } from '../../../alerts/judge/verdict.ts'
import { DAY_MS, type EpochMs, HOUR_MS, isoSeconds } from '../../../data/domain/time.ts'
import { incidentAnswer } from '../../api/incident-answer.ts'
import { comparisonText, incidentsText, labelsText } from '../../backtest/backtest-text.ts'
import { type LoadedCounts, loadFiles, loadLive } from '../../backtest/load-counts.ts'
import { refuseStrays } from '../../backtest/refuse-strays.ts'
import { runBacktests } from '../../backtest/run-backtests.ts'
import {
  compareLabels,
  exportedIncidents,
  knownTroubles,
  type Labelled,
  unlabelledOf,
} from '../../incidents/compare-labels.ts'
import { loadSettings } from '../../settings/load-settings.ts'
import type { Arguments } from '../arguments.ts'
import { checkedSettings } from '../checked-settings.ts'
import { type Command, CommandError, type CommandIo } from '../command.ts'
import { hindsightOf } from '../hindsight-of.ts'
import { timeNamed } from '../kept-options.ts'
import { progressLine } from '../progress-line.ts'
import { UsageError } from '../usage-error.ts'

const EXIT_INTERRUPTED = 130
/** Before what is asked for the judge has to learn, and to know which hours were in trouble. */
const LEARNT_BEFORE_MS = 70 * DAY_MS

export const backtestCommand: Command = {
  name: 'backtest',
  summary: 'Judges counts of the past hour by hour: what on-call would have been told.',
  usage: '[FILE] [OPTION…]',
  help: `Reads hourly counts from a CSV file (as "tidewatch import counts" does), or those of the state directory where no file is given, and judges
each hour exactly as the live judge would have, knowing nothing of what came later. Prints the incidents. Nothing is kept.

    tidewatch backtest --since 2014-01-01 --until 2014-02-15
    tidewatch backtest winter.csv --settings now.yaml --compare tighter.yaml

The file may have any of the columns: hour, channel and submissions are enough. Steps that an hour is a multiple of (5 or 30
minutes) are judged as the hours that they make up; an hour counts as listened to for the share of its steps that are there. An
hour without a row was not listened to.

With --labels, what people called the incidents of that time (as "tidewatch incidents export" writes it) is held against it: how many
of the real ones it tells and how soon, how many of the false alarms, and what it tells besides. A plain list of what happened, as
"tidewatch simulate story" writes it, will do: [{"kind": "drop", "channels": ["nightly"], "start": "2014-02-01T12:00Z", "end": null}].

With --compare the same counts are judged with two settings files, and what each of them tells stands side by side.`,
  options: {
    attributes: {
      value: 'FILE',
      about: 'Counts of watched attributes, to name causes by and to find new values, and of what was discarded.',
    },
    since: { value: 'TIME', about: 'Only what was told from then on, UTC: 2014-02-04 or 2014-02-04T14:00Z.' },
    until: { value: 'TIME', about: 'Nothing later is judged.' },
    settings: { value: 'FILE', about: 'Judges by the judge settings of this file. Default: the settings in force.' },
    compare: { value: 'FILE', about: 'Judges a second time, by this file.' },
    labels: { value: 'FILE', about: 'Incidents with what people called them.' },
    json: {
      about:
        'A JSON array of the incidents, as the API answers them. With --labels or --compare an object for each settings in an array: {settings, incidents, labels}.',
    },
  },
  takesSettings: true,
  operands: { least: 0, most: 1 },
  async run(args, io) {
    const range = rangeOf(args)
    const judges = await judgesOf(args, io)
    const labels = await labelsOf(args.option('labels'))
    const counts = await countsOf(args, io, range)
    try {
      for (const note of counts.notes) io.err(`${note}\n`)
      if (!counts.hasAttributes) io.err('Without --attributes novelty is off: nobody knows which values are new.\n')
      const results = await judged(counts, judges, range, io)
      const isWhole = args.isOn('json') && results.length === 1 && labels === null
      const told = results.map(({ settings, incidents }) => ({
        settings,
        incidents,
        ...(labels && { labels: compareLabels(labels, incidents), besides: unlabelledOf(labels, incidents) }),
      }))
      if (isWhole) io.out(`${JSON.stringify(told[0]?.incidents.map(incidentAnswer), null, 2)}\n`)
      else if (args.isOn('json')) io.out(`${JSON.stringify(told.map(answerOf), null, 2)}\n`)
      else io.out(textOf(told, hoursOf(counts, range)))
      return 0
    } finally {
      await counts.close()
    }
  },
}

interface Range {
  readonly since: EpochMs | null
  readonly until: EpochMs | null
}

interface Judge {
  /** What it is called in what is printed. */
  readonly settings: string
  readonly wishes: JudgeWishes
}

interface Told {
  readonly settings: string
  readonly incidents: readonly Incident[]
  readonly labels?: ReturnType<typeof compareLabels>
  /** What nobody gave a name. */
  readonly besides?: readonly Incident[]
}

function rangeOf(args: Arguments): Range {
  const range = { since: timeOption(args, 'since'), until: timeOption(args, 'until') }
  if (range.since === null || range.until === null || range.since < range.until) return range
  const [since, until] = [range.since, range.until].map(isoSeconds)
  throw new UsageError(`--since is ${since} and --until is ${until}: use a time to begin that is before the end`)
}

function timeOption(args: Arguments, name: 'since' | 'until'): EpochMs | null {
  const given = args.option(name)
  if (given === null) return null
  const time = timeNamed(name, given)
  if (time % HOUR_MS !== 0) throw new UsageError(`--${name} is ${JSON.stringify(given)}: use a whole hour, or a date`)
  return time
}

async function judgesOf(args: Arguments, io: CommandIo): Promise<readonly Judge[]> {
  const [own, other] = [args.option('settings'), args.option('compare')]
  const first =
    own === null ? { settings: 'settings in force', wishes: await wishesOf(io) } : await judgeOf(own, 'settings', io)
  return other === null ? [first] : [first, await judgeOf(other, 'compare', io)]
}

async function judgeOf(file: string, option: string, io: CommandIo): Promise<Judge> {
  const { currentFolder } = io
  const loadOther = () => loadSettings({ flags: new Map(), configFile: file, environment: {}, currentFolder })
  try {
    return { settings: file, wishes: await wishesOf({ loadSettings: loadOther }) }
  } catch (error) {
    if (error instanceof CommandError) throw new CommandError(`--${option}: ${error.message}`, error.exitCode)
    throw error
  }
}

async function wishesOf(io: Pick<CommandIo, 'loadSettings'>): Promise<JudgeWishes> {
  return hindsightOf(checkedSettings(io).settings).wishes()
}

function countsOf(args: Arguments, io: CommandIo, { since, until }: Range): Promise<LoadedCounts> {
  const [file] = args.operands
  if (file !== undefined) return loadFiles(file, args.option('attributes'))
  if (args.option('attributes') !== null) {
    throw new UsageError('--attributes goes with a file of counts: the state directory has its own')
  }
  const from = since === null ? null : since - LEARNT_BEFORE_MS
  return loadLive(checkedSettings(io).settings, { from, to: until })
}

async function judged(
  counts: LoadedCounts,
  judges: readonly Judge[],
  { since, until }: Range,
  io: CommandIo,
): Promise<readonly Told[]> {
  const from = Math.max(counts.from, since === null ? counts.from : since - LEARNT_BEFORE_MS)
  const to = Math.min(counts.to, until ?? counts.to)
  await refuseStrays(counts, { from, to })
  const line = progressLine(io)
  try {
    const results = await runBacktests(counts.database, {
      from,
      to,
      wishes: judges.map(({ wishes }) => wishes),
      onProgress: ({ hours, of }) => line.show(`${hours} of ${of} hours judged (${Math.floor((100 * hours) / of)} %)`),
      stop: io.stop,
    })
    return judges.map(({ settings }, index) => ({
      settings,
      incidents: (results[index]?.incidents ?? []).filter(({ detectedAt }) => since === null || detectedAt > since),
    }))
  } catch (error) {
    if (!io.stop.aborted) throw error
    throw new CommandError('interrupted: nothing was kept', EXIT_INTERRUPTED)
  } finally {
    line.clear()
  }
}

function hoursOf(counts: LoadedCounts, { since, until }: Range): number {
  return Math.max(0, Math.min(counts.to, until ?? counts.to) - Math.max(counts.from, since ?? counts.from)) / HOUR_MS
}

function answerOf({ settings, incidents, labels, besides }: Told) {
  return {
    settings,
    incidents: incidents.map(incidentAnswer),
    ...(labels && { labels, besides: besides?.map(({ id }) => id) }),
  }
}

function textOf(told: readonly Told[], hours: number): string {
  const [first, second] = told
  if (first === undefined) return ''
  const incidents = second === undefined ? incidentsText(first.incidents, hours) : comparisonText(first, second)
  const labels = told.map(({ settings, labels: scores, besides }) =>
    scores === undefined ? '' : labelsText(scores, besides ?? [], second === undefined ? null : settings),
  )
  return incidents + labels.join('')
}

async function labelsOf(file: string | null): Promise<readonly Labelled[] | null> {
  if (file === null) return null
  try {
    const content: unknown = JSON.parse(await readFile(file, 'utf8'))
    return Array.isArray(content) ? knownTroubles.parse(content) : exportedIncidents.parse(content).incidents
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : error instanceof Error ? error.message : error
    throw new CommandError(
      `${file} can't be read as what "tidewatch incidents export" or "tidewatch simulate story" writes: ${why}`,
    )
  }
}
