import { readFile, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { type Asked, askedOf } from './options.ts'
import { printResult, table } from './report.ts'
import { FLOORS, goalsOf, metricsOf, tablesOf } from './worlds/figures.ts'
import { reportPage } from './worlds/report-page.ts'
import { runAll } from './worlds/run-all.ts'
import { type WorldJob, type WorldRun, worldRun } from './worlds/world-run.ts'
import { REPORTED_WORLDS } from './worlds/worlds.ts'

const asked = askedOf({
  name: 'judge',
  about: `
The judge in worlds of several structures, on seeds that nothing was tuned on: what was found and how soon, what was told for
nothing, and what simple rules make of the very same counts. Each world is lived with troubles and, from another seed, without any.

It takes about a minute a seed and world; it can be done in parts:

    npm run -s bench:judge -- --world growth --json growth.json
    npm run -s bench:judge -- --world staged --json staged.json
    npm run -s bench:judge -- --sum growth.json --sum staged.json --report cases.html`,
  options: {
    seeds: { value: 'N', about: 'How many lives of each world. Default: 3.' },
    first: {
      value: 'N',
      about: 'The first seed. Those below 1001 were looked at while the judge was made. Default: 1001.',
    },
    weeks: { value: 'N', about: 'How long a life is. Default: 22.' },
    jobs: { value: 'N', about: 'Processes that judge at once. Default: 2.' },
    world: { value: 'TEXT', about: 'Only worlds whose name has this. Default: all that --list tells.' },
    only: {
      value: 'WHICH',
      about: '"events" or "quiet": only lives with troubles, or only those without. Default: both.',
    },
    json: { value: 'FILE', about: 'Keeps what came of it, to be added up later.' },
    sum: { value: 'FILE', about: 'Adds up what was kept, instead of judging; any number of times.' },
    report: { value: 'FILE', about: 'Writes the hardest cases as an HTML page, hour by hour.' },
    each: { about: 'Tells of each event whether it was found, and of each false alarm.' },
    list: { about: 'Only lists the worlds.' },
  },
  floors: FLOORS,
})

/** Seeds below this were looked at while the judge was made; only those from here on are reported. */
const FIRST_REPORTED_SEED = 1001
const LIVES = { events: [true], quiet: [false], '': [true, false] } as const

if (asked.isOn('list')) process.stdout.write(worldList())
else await report(asked)

function worldList(): string {
  const rows = REPORTED_WORLDS.map(({ name, regions, channels }) => [
    name,
    String(regions.length),
    channels.map((channel) => `${channel.name} (${channel.perHour})`).join(', '),
  ])
  return table(['world', 'regions', 'channels (submissions an hour)'], rows)
}

async function report({ all, isOn, option }: Asked): Promise<void> {
  const runs = all('sum').length > 0 ? await summedUp(all('sum')) : await judged()
  if (runs.some(({ seed }) => seed < FIRST_REPORTED_SEED)) {
    process.stdout.write('With seeds that the judge was tuned on: no figures to report.\n')
  }
  if (isOn('each')) process.stdout.write(runs.map(eachOf).join(''))
  process.stdout.write(tablesOf(runs))
  const [json, page] = [option('json'), option('report')]
  if (json !== null) await writeFile(json, JSON.stringify(runs))
  if (page !== null) await writeFile(page, reportPage(runs))
  printResult('judge', metricsOf(runs), goalsOf(runs))
}

async function summedUp(files: readonly string[]): Promise<readonly WorldRun[]> {
  const parts = await Promise.all(files.map(keptRuns))
  return parts.flat()
}

async function keptRuns(file: string): Promise<readonly WorldRun[]> {
  try {
    return z.array(worldRun).parse(JSON.parse(await readFile(file, 'utf8')))
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : error instanceof Error ? error.message : error
    return asked.refuse(`--sum is "${file}", which isn't what --json keeps: ${why}`)
  }
}

async function judged(): Promise<readonly WorldRun[]> {
  const first = asked.whole('first', FIRST_REPORTED_SEED)
  const lives = livesNamed(asked.option('only') ?? '')
  const worlds = worldsNamed(asked.option('world') ?? '')
  const weeks = asked.whole('weeks', 22)
  const seeds = Array.from({ length: asked.whole('seeds', 3) }, (_, i) => first + i)
  const jobs = seeds.flatMap((seed) =>
    worlds.flatMap((world) => lives.map((withEvents): WorldJob => ({ world: world.name, seed, weeks, withEvents }))),
  )
  return runAll(jobs, asked.whole('jobs', 2), ({ world, seed, withEvents, msPerHour }, done) => {
    const life = withEvents ? '' : ', without events'
    process.stderr.write(
      `${done} of ${jobs.length}: ${world}, seed ${seed}${life}: ${msPerHour.toFixed(1)} ms an hour\n`,
    )
  })
}

function livesNamed(name: string): readonly boolean[] {
  const lives = Object.entries(LIVES).find(([own]) => own === name)?.[1]
  return lives ?? asked.refuse(`--only is "${name}": use events or quiet, or leave it out for both`)
}

function worldsNamed(part: string): typeof REPORTED_WORLDS {
  const worlds = REPORTED_WORLDS.filter(({ name }) => name.includes(part))
  if (worlds.length > 0) return worlds
  return asked.refuse(`--world is "${part}": use part of ${REPORTED_WORLDS.map(({ name }) => name).join(' | ')}`)
}

function eachOf({ world, seed, events, falseAlarms }: WorldRun): string {
  const lines = [
    ...events.map(({ kind, channel, start, delayHours }) => {
      const found = delayHours === null ? 'missed' : `${delayHours.toFixed(0)} h`
      return `${kind} on ${channel} from ${hourText(start)}: ${found}`
    }),
    ...falseAlarms.map(({ group, channels, start, detectedAt }) => {
      const among = events.length === 0 ? '' : ' among events'
      return `FALSE ${group}${among} on ${channels.join(', ')} from ${hourText(start)}, told ${hourText(detectedAt)}`
    }),
  ]
  return lines.map((line) => `${world}, seed ${seed}: ${line}\n`).join('')
}

function hourText(time: number): string {
  return new Date(time).toISOString().slice(0, 16).replace('T', ' ')
}
