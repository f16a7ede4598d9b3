import { resolve } from 'node:path'
import { storyRates, weeklyMeanPerHour } from '../../simulate/story/rates.ts'
import { writeStory } from '../../simulate/story/write-story.ts'
import { FAULT_TEXTS, FAULTS } from '../../simulate/traffic/faults.ts'
import { runTraffic, type TrafficReport } from '../../simulate/traffic/run-traffic.ts'
import { writeSpecifications } from '../../simulate/traffic/specification.ts'
import type { Arguments } from '../arguments.ts'
import { type Command, CommandError, type CommandIo } from '../command.ts'
import { UsageError } from '../usage-error.ts'
import {
  channelsOption,
  durationOption,
  endAtOption,
  eventsOption,
  faultsOption,
  positiveNumber,
  seedOption,
  urlOption,
} from './simulate-options.ts'

export const simulate: Command = {
  name: 'simulate',
  summary: 'Sends generated submissions to a server, or writes the story of a winter as CSV.',
  usage: '[--url URL] [--rate N] … | specification --out DIR | story --out DIR',
  help: `Without an operand: sends valid submissions of several channels, builds and reasons to the
receiver at --url, until Ctrl-C or for --duration. How many follows the hour of the day and the
day of the week; --rate is the mean over a week. The server needs their histogram specifications:
write them with "simulate specification --out DIR" and give it DIR as histograms.dir. Exit code 1
if nothing was answered 200.

"story" writes counts.csv and attributes.csv (for "tidewatch import" and "tidewatch backtest") and
labels.json (what really happened): five channels from 17 November 2013 to 12 February 2014, with
five incidents, A to E.

Faults:

${FAULTS.map((fault) => `  ${fault.padEnd(22)} ${FAULT_TEXTS[fault]}`).join('\n')}`,
  options: {
    url: { value: 'URL', about: 'The receiver. Default http://127.0.0.1:8080.' },
    rate: { value: 'N', about: 'Submissions a second, the mean over a week. Default 20.' },
    steady: { about: 'Always as many as --rate says, without the tide.' },
    duration: { value: 'TIME', about: 'How long: 90s, 10m, 2h. Default: until Ctrl-C.' },
    channels: { value: 'NAME,…', about: 'Only these: release, beta, aurora, nightly, other.' },
    fault: { value: 'NAME,…', about: 'What is to go wrong, on these channels; see above.' },
    out: { value: 'DIR', about: 'Where story and specification write to.' },
    events: { value: 'A,…', about: 'story: only these of A to E; "none" for a winter without. Default all.' },
    'end-at': {
      value: 'TIME',
      about:
        'story: shifted by whole weeks to end within the week before this; the counts go on up to it. "now" or ISO.',
    },
    scale: { value: 'N', about: 'story: factor on the number of users. Default 1.' },
    seed: { value: 'N', about: 'Another seed, another winter or other payloads. Default 1.' },
  },
  takesSettings: false,
  operands: { least: 0, most: 1 },
  run(args, io) {
    const form = formOf(args)
    switch (form) {
      case 'traffic':
        return sendTraffic(args, io)
      case 'story':
        return writeStoryFiles(args, io)
      case 'specification':
        return writeSpecificationFiles(args, io)
    }
  },
}

const OPTIONS_OF_FORM = {
  traffic: ['url', 'rate', 'steady', 'duration', 'channels', 'fault', 'seed'],
  story: ['out', 'events', 'end-at', 'scale', 'seed'],
  specification: ['out'],
} as const
type Form = keyof typeof OPTIONS_OF_FORM

/** What is asked for, once no option is there that would silently do nothing. */
function formOf(args: Arguments): Form {
  const [operand] = args.operands
  const form = operand ?? 'traffic'
  if (operand === 'traffic' || !isForm(form)) {
    throw new UsageError(`${JSON.stringify(operand)} is nothing to simulate: use "story", "specification", or nothing`)
  }
  const known: readonly string[] = OPTIONS_OF_FORM[form]
  const stray = [...args.given.keys()].find((name) => !known.includes(name))
  if (stray !== undefined) {
    const shown = operand === undefined ? 'simulate' : `simulate ${operand}`
    throw new UsageError(
      `--${stray} means nothing to "${shown}", which takes ${known.map((name) => `--${name}`).join(', ')}`,
    )
  }
  return form
}

function isForm(name: string): name is Form {
  return name in OPTIONS_OF_FORM
}

async function sendTraffic(args: Arguments, io: CommandIo): Promise<number> {
  const url = urlOption(args)
  const perHour = positiveNumber(args, 'rate', 20) * 3600
  const channels = channelsOption(args)
  const faults = faultsOption(args)
  const durationMs = durationOption(args)
  const seed = seedOption(args)
  const now = Date.now()
  const world = { seed, events: [], endAt: now }
  const mean = weeklyMeanPerHour(world, now, channels)
  const report = await runTraffic({
    url,
    rates: storyRates(world),
    factor: (healthy) => perHour / (args.isOn('steady') ? healthy : mean),
    seed,
    faults,
    stop: io.stop,
    ...(channels === null ? {} : { channels }),
    ...(durationMs === null ? {} : { durationMs }),
    onProgress: (progress) => io.err(`${reportLine(progress)}\n`),
  })
  io.out(`${reportLine(report)}\n`)
  if (report.sent > 0 && !report.answers.has(200)) throw new CommandError(`${url.origin} accepted nothing`)
  return 0
}

/** `1204 sent: 1200 x 200, 4 x 503; 3 without an answer (ECONNRESET); 12 held back` */
function reportLine({ sent, heldBack, answers, failures }: TrafficReport): string {
  const byStatus = [...answers].map(([status, count]) => `${count} x ${status}`)
  const failed = [...failures.values()].reduce((sum, count) => sum + count, 0)
  const parts = [
    `${sent} sent${byStatus.length === 0 ? '' : `: ${byStatus.join(', ')}`}`,
    ...(failed === 0 ? [] : [`${failed} without an answer (${[...failures.keys()].join(', ')})`]),
    ...(heldBack === 0 ? [] : [`${heldBack} held back because the server is slow`]),
  ]
  return parts.join('; ')
}

async function writeStoryFiles(args: Arguments, io: CommandIo): Promise<number> {
  const endAt = endAtOption(args, Date.now())
  const events = eventsOption(args)
  const files = await writeStory(outOption(args, io), {
    seed: seedOption(args),
    scale: positiveNumber(args, 'scale', 1),
    ...(events === null ? {} : { events }),
    ...(endAt === null ? {} : { endAt }),
  })
  io.out(`${Object.values(files).join('\n')}\n`)
  return 0
}

async function writeSpecificationFiles(args: Arguments, io: CommandIo): Promise<number> {
  const paths = await writeSpecifications(outOption(args, io))
  io.out(`${paths.join('\n')}\n`)
  return 0
}

function outOption(args: Arguments, io: CommandIo): string {
  const out = args.option('out')
  if (out === null || out === '') throw new UsageError('--out is missing: name the folder to write to')
  return resolve(io.currentFolder, out)
}
