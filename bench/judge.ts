import { readFile, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { printResult } from './report.ts'
import { goalsOf, metricsOf, tablesOf } from './worlds/figures.ts'
import { reportPage } from './worlds/report-page.ts'
import { runAll } from './worlds/run-all.ts'
import { type WorldJob, type WorldRun, worldRun } from './worlds/world-run.ts'
import { REPORTED_WORLDS } from './worlds/worlds.ts'

/**
 * The judge in worlds of several structures, on seeds that nothing was tuned on: what was found and how soon, what was told for
 * nothing, and what simple rules make of the very same counts. Each world is lived with troubles and, from another seed, without any.
 *
 * It takes about a minute a seed and world. `--json FILE` keeps what came of a part, `--sum FILE` (any number of times) adds parts up
 * instead of judging.
 */
const { values: asked } = parseArgs({
  options: {
    seeds: { type: 'string', default: '3' },
    first: { type: 'string', default: '1001' },
    weeks: { type: 'string', default: '22' },
    jobs: { type: 'string', default: '2' },
    world: { type: 'string', default: '' },
    only: { type: 'string', default: '' },
    json: { type: 'string' },
    sum: { type: 'string', multiple: true, default: [] },
    report: { type: 'string' },
    list: { type: 'boolean', default: false },
  },
})

/** Seeds below this were looked at while the judge was made; only those from here on are reported. */
const FIRST_REPORTED_SEED = 1001
const LIVES = { events: [true], quiet: [false], '': [true, false] } as const

const runs = asked.sum.length > 0 ? await summedUp(asked.sum) : await judged()
if (runs.some(({ seed }) => seed < FIRST_REPORTED_SEED)) {
  process.stdout.write('With seeds that the judge was tuned on: no figures to report.\n')
}
if (asked.list) process.stdout.write(runs.map(listOf).join(''))
process.stdout.write(tablesOf(runs))
if (asked.json !== undefined) await writeFile(asked.json, JSON.stringify(runs))
if (asked.report !== undefined) await writeFile(asked.report, reportPage(runs))
printResult('judge', metricsOf(runs), goalsOf(runs))

async function summedUp(files: readonly string[]): Promise<readonly WorldRun[]> {
  const parts = await Promise.all(
    files.map(async (file) => z.array(worldRun).parse(JSON.parse(await readFile(file, 'utf8')))),
  )
  return parts.flat()
}

async function judged(): Promise<readonly WorldRun[]> {
  const first = whole('first', asked.first)
  const lives = Object.entries(LIVES).find(([name]) => name === asked.only)?.[1]
  const worlds = REPORTED_WORLDS.filter(({ name }) => name.includes(asked.world))
  if (lives === undefined) usage(`--only is "${asked.only}": use events or quiet, or leave it out for both`)
  if (worlds.length === 0) usage(`--world is "${asked.world}": use part of ${REPORTED_WORLDS.map(nameOf).join(' | ')}`)
  const weeks = whole('weeks', asked.weeks)
  const seeds = Array.from({ length: whole('seeds', asked.seeds) }, (_, i) => first + i)
  const jobs = seeds.flatMap((seed) =>
    worlds.flatMap((world) =>
      (lives ?? []).map((withEvents): WorldJob => ({ world: world.name, seed, weeks, withEvents })),
    ),
  )
  return runAll(jobs, whole('jobs', asked.jobs), ({ world, seed, withEvents, msPerHour }, done) => {
    const life = withEvents ? '' : ', without events'
    process.stderr.write(
      `${done} of ${jobs.length}: ${world}, seed ${seed}${life}: ${msPerHour.toFixed(1)} ms an hour\n`,
    )
  })
}

function nameOf({ name }: { readonly name: string }): string {
  return name
}

function whole(name: string, text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= 1) return value
  return usage(`--${name} is "${text}": use a whole number from 1`)
}

function usage(what: string): never {
  process.stderr.write(`${what}\n`)
  return process.exit(64)
}

function listOf({ world, seed, events, falseAlarms }: WorldRun): string {
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
