import type { z } from 'zod'
import { HOUR_MS, isoSeconds, startOfHour } from '../../../data/domain/time.ts'
import { recountState } from '../../archive/archive-lines.ts'
import { counted, numberText } from '../amounts.ts'
import type { Arguments } from '../arguments.ts'
import { checkedSettings } from '../checked-settings.ts'
import type { Command } from '../command.ts'
import { followWork } from '../follow-work.ts'
import { timeNamed } from '../kept-options.ts'
import { UsageError } from '../usage-error.ts'

export const recountCommand: Command = {
  name: 'recount',
  summary: 'Counts what is kept once more, and proves that it is what was counted.',
  usage: '--since T [--until T] [--fix]',
  help: `Counts the submissions of these hours anew from the files of archive and quarantine, from what is converted and not archived
yet, and from the journal, which knows of copies and damaged stretches; and holds that against the counts: submissions, bytes and what was
recovered, by hour, channel, outcome and problem. What was received live is counted, never imports. What retention
removed is left out. The service may run.

Each difference is printed. Ends with 0 where there is none, with 1 where there is one, also where --fix put it right.

    tidewatch recount --since 2014-02-01
    tidewatch recount --since 2014-02-04T14:00Z --until 2014-02-05 --fix`,
  options: {
    since: { value: 'T', about: 'From the hour of this time on, UTC: 2014-02-04 or 2014-02-04T14:00Z.' },
    until: { value: 'T', about: 'Up to this time, whole hours. Default: now.' },
    fix: { about: 'Puts counts that differ right; hours that were judged are judged again.' },
  },
  takesSettings: true,
  operands: { least: 0, most: 0 },
  async run(args, io) {
    const { since, until } = rangeOf(args, Date.now())
    const { settings } = checkedSettings(io)
    const isFixing = args.isOn('fix')
    const path = `/archive/recount?since=${since}&until=${until}&fix=${isFixing ? 'yes' : 'no'}`
    const done = await followWork(
      settings,
      { method: 'POST', path },
      { io, schema: recountState, progress: ({ files }) => `${counted(files, 'file')} read` },
    )
    io.out(report(done))
    return done.differences.length === 0 ? 0 : 1
  },
}

function rangeOf(args: Arguments, now: number): { readonly since: number; readonly until: number } {
  const given = args.option('since')
  if (given === null) throw new UsageError('--since is missing: use a time such as 2014-02-04T14:00Z, or a date')
  const since = startOfHour(timeNamed('since', given))
  const last = args.option('until')
  const until = last === null ? startOfHour(now) + HOUR_MS : Math.ceil(timeNamed('until', last) / HOUR_MS) * HOUR_MS
  if (until <= since)
    throw new UsageError(`--since is ${JSON.stringify(given)}: use a time before ${isoSeconds(until)}`)
  return { since, until }
}

type Recounted = z.infer<typeof recountState>

function report({ differences, files, submissions, hours, mendedHours }: Recounted): string {
  const looked = `${counted(submissions, 'submission')} of ${counted(hours, 'hour')} in ${counted(files, 'file')} and the journal`
  if (differences.length === 0) return `${looked}: exactly what was counted.\n`
  const lines = differences.map(differenceLine)
  const mended = mendedHours === 0 ? '' : ` ${counted(mendedHours, 'hour')} put right.`
  return `${lines.join('')}${looked}: ${counted(differences.length, 'difference')}.${mended}\n`
}

function differenceLine(difference: Recounted['differences'][number]): string {
  const { hour, channel, outcome, problem, automation, recovered, bytes } = difference
  const what = problem === 'none' ? outcome : `${outcome} (${problem})`
  const sums = [
    { name: 'submissions', ...difference },
    { name: 'recovered', ...recovered },
    { name: 'bytes', ...bytes },
  ].filter((sum) => sum.counted !== sum.found)
  const texts = sums.map((sum) => `${numberText(sum.counted)} ${sum.name} counted, ${numberText(sum.found)} kept`)
  return `${isoSeconds(hour)} ${channel}, ${what}${automation ? ', automation' : ''}: ${texts.join('; ')}\n`
}
