import { z } from 'zod'
import { backtest } from '../../../alerts/backtest.ts'
import { explainHour } from '../../../alerts/why/explain-hour.ts'
import { readHistory } from '../../../data/counts/read-history.ts'
import { type EpochMs, HOUR_MS, isoSeconds } from '../../../data/domain/time.ts'
import { whyAnswer as whySchema } from '../../api/schemas/why.ts'
import type { WhyAnswer } from '../../api/types.ts'
import { loadFiles } from '../../backtest/load-counts.ts'
import { refuseStrays } from '../../backtest/refuse-strays.ts'
import type { Settings } from '../../settings/schema.ts'
import { nameInstead } from '../../why/hindsight.ts'
import { whyAnswer } from '../../why/why-answer.ts'
import { whyText } from '../../why/why-text.ts'
import { askDesk } from '../ask-desk.ts'
import { checkedSettings } from '../checked-settings.ts'
import { type Command, CommandError } from '../command.ts'
import { hindsightOf } from '../hindsight-of.ts'
import { shown } from '../shown.ts'
import { UsageError } from '../usage-error.ts'

export const whyCommand: Command = {
  name: 'why',
  summary: 'Says why one was, or was not, told about a channel after an hour.',
  usage: 'CHANNEL HOUR [--file FILE [--attributes FILE]] [--json]',
  help: `Judges the hour once more as it was, and says what each detector measured against what it asks, what held it back, and which
setting would have told. CHANNEL is "*" for all channels together; HOUR is UTC.

    tidewatch why nightly 2014-02-01T06
    tidewatch why "*" 2014-02-01T06:00Z --json

The running service is asked; where none runs, the database is read. With --file, counts from a CSV file (as "tidewatch backtest" reads
them) are judged instead, up to that hour, with the settings in force.`,
  options: {
    file: { value: 'FILE', about: 'Hourly counts to judge in place of those that are kept.' },
    attributes: { value: 'FILE', about: 'With --file: counts of watched attributes, and of what was discarded.' },
    json: { about: 'One JSON object, as the API answers it.' },
  },
  takesSettings: true,
  operands: { least: 2, most: 2 },
  async run(args, io) {
    const [channel = '', hourText = ''] = args.operands
    const hour = hourNamed(hourText)
    const [file, attributes] = [args.option('file'), args.option('attributes')]
    if (file === null && attributes !== null) throw new UsageError('--attributes goes with --file')
    const { settings } = checkedSettings(io)
    const answer =
      file === null
        ? await askDesk(
            settings,
            { method: 'GET', path: `/why?${new URLSearchParams({ channel, hour: String(hour) })}` },
            whySchema,
          )
        : await whyOfFile({ channel, hour, file, attributes }, settings)
    io.out(args.isOn('json') ? `${JSON.stringify(answer, null, 2)}\n` : shown(whyText(answer)))
    return 0
  },
}

interface FileQuestion {
  readonly channel: string
  readonly hour: EpochMs
  readonly file: string
  readonly attributes: string | null
}

/** Incidents are those that a backtest up to the hour finds. */
async function whyOfFile({ channel, hour, file, attributes }: FileQuestion, settings: Settings): Promise<WhyAnswer> {
  const counts = await loadFiles(file, attributes)
  try {
    if (hour < counts.from || hour >= counts.to) {
      const newest = isoSeconds(counts.to - HOUR_MS)
      throw new CommandError(
        `hour is ${isoSeconds(hour)}: ${file} has hours from ${isoSeconds(counts.from)} to ${newest}`,
      )
    }
    await refuseStrays(counts, { from: counts.from, to: hour + HOUR_MS })
    const history = await readHistory(counts.database, counts.from, hour + HOUR_MS)
    if (channel !== '*' && !history.channels.has(channel)) {
      throw new CommandError(
        `channel is ${JSON.stringify(channel)}: ${nameInstead(channel, [...history.channels.keys()])}`,
      )
    }
    const wishes = await hindsightOf(settings).wishes()
    const { incidents } = backtest(history, { wishes })
    return whyAnswer(explainHour({ history, hour, channel, incidents, silences: [], wishes }))
  } finally {
    await counts.close()
  }
}

const HOUR = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d(:\d\d(:\d\d)?)?Z?$/)

/** The hour that holds the moment, UTC. Throws UsageError. */
function hourNamed(given: string): EpochMs {
  const [date = '', clock = ''] = given.replace('Z', '').split('T')
  const time = HOUR.safeParse(given).success ? Date.parse(`${date}T${clock.slice(0, 2)}:00:00Z`) : Number.NaN
  if (Number.isNaN(time)) {
    throw new UsageError(`the hour is ${JSON.stringify(given)}: use a UTC time such as 2014-02-01T06`)
  }
  return time
}
