import { text } from 'node:stream/consumers'
import { MENDABLE } from '../../../data/reprocess/choice.ts'
import { type ReprocessLine, reprocessLine } from '../../reprocess/reprocess-lines.ts'
import { askOwner, isOwnerRunning } from '../ask-owner.ts'
import { checkedSettings } from '../checked-settings.ts'
import { type Command, CommandError } from '../command.ts'
import { jsonLines } from '../json-lines.ts'
import { KEPT_OPTIONS, keptQuery } from '../kept-options.ts'
import { progressLine } from '../progress-line.ts'
import { UsageError } from '../usage-error.ts'

export const reprocessCommand: Command = {
  name: 'reprocess',
  summary: 'Converts again what could not be converted.',
  usage: '[--problem NAMES] [--since T] [--until T] [--channel NAME] [--dry-run]',
  help: `Converts again what lies in the quarantine, rejected submissions among it, and what histograms were taken out of, by today's
settings and specifications. What converts now moves into the archive, with the time of its receipt, and its problem's
row of the counts says how many were recovered. What still doesn't convert stays as it is.

It needs the running service, whose converter does the work behind all that is received live. Interrupted at any
moment, it has taken whole files or none; the same command goes on with the rest. Repeated, it changes nothing.

Ends with 1 where something still doesn't convert, with 69 where no service could do it or it ended before it was through,
with 130 where it was interrupted.`,
  options: {
    ...KEPT_OPTIONS,
    'dry-run': { about: 'Really converts and says how many would, and changes nothing.' },
  },
  takesSettings: true,
  operands: { least: 0, most: 0 },
  async run(args, io) {
    const query = keptQuery(args)
    refuseUnmendable(query.getAll('problem'))
    const isDryRun = args.isOn('dry-run')
    query.set('dryRun', isDryRun ? 'yes' : 'no')
    const { settings } = checkedSettings(io)
    if (!(await isOwnerRunning(settings))) {
      const advice = 'start it ("tidewatch serve"), it has the converter'
      throw new CommandError(`no service runs on ${settings.state}: ${advice}`, EXIT_UNAVAILABLE)
    }
    const progress = progressLine(io)
    const question = { method: 'POST', path: `/reprocess?${query}`, stop: io.stop } as const
    const done = await askOwner(settings, question, async ({ status, body }) => {
      if (status !== 200) throw new CommandError(await text(body))
      for await (const said of jsonLines(body, reprocessLine)) {
        if (said.kind === 'done' && !said.isInterrupted) return said
        if (said.kind === 'done') break
        if (said.kind === 'failed') throw new CommandError(said.message)
        progress.show(`${said.tried} converted again, ${said.converted} of them well; ${said.filesLeft} files left`)
      }
      throw new CommandError(ENDED)
    }).catch((error: unknown) => {
      if (io.stop.aborted) throw new CommandError(INTERRUPTED, EXIT_INTERRUPTED)
      const isHungUp = error instanceof Error && 'code' in error
      if (!isHungUp && !(error instanceof CommandError)) throw error
      throw new CommandError(isHungUp ? ENDED : error.message, EXIT_UNAVAILABLE)
    })
    progress.clear()
    io.out(report(done.problems, isDryRun))
    return done.problems.some(({ tried, converted }) => converted < tried) ? 1 : 0
  },
}

/** EX_UNAVAILABLE of sysexits.h: whoever should have done it couldn't, whatever there was to do. */
const EXIT_UNAVAILABLE = 69
const EXIT_INTERRUPTED = 130

const INTERRUPTED = 'interrupted: what was taken is whole, the same command goes on with the rest'
const ENDED = 'the service ended before it was through: what was taken is whole, ask once more'

function refuseUnmendable(problems: readonly string[]): void {
  const unmendable = problems.find((name) => !MENDABLE.some((problem) => problem === name))
  if (unmendable === undefined) return
  throw new UsageError(
    `--problem is "${unmendable}": such submissions are converted, and trying again mends nothing; use ${MENDABLE.join(', ')}`,
  )
}

type ProblemLine = Extract<ReprocessLine, { kind: 'done' }>['problems'][number]

function report(problems: readonly ProblemLine[], isDryRun: boolean): string {
  if (problems.length === 0) return 'Nothing is kept that would be tried.\n'
  const lines = problems.map(({ problem, tried, converted, still }) => {
    const left = Object.entries(still).map(([today, count]) => `${count} ${today}`)
    const stay = left.length === 0 ? '' : `; as they were: ${left.join(', ')}`
    return `${problem}: ${converted} of ${tried} ${isDryRun ? 'would convert' : 'converted'}${stay}\n`
  })
  return lines.join('')
}
