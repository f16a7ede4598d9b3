import { z } from 'zod'
import { ANNOTATION_KINDS } from '../../../alerts/calendar/annotation.ts'
import { HOUR_MS, isoSeconds } from '../../../data/domain/time.ts'
import { annotation as annotationSchema } from '../../api/schemas/annotations.ts'
import type { AnnotationAnswer } from '../../api/types.ts'
import type { Arguments } from '../arguments.ts'
import { askDesk } from '../ask-desk.ts'
import { checkedSettings } from '../checked-settings.ts'
import type { Command, CommandIo } from '../command.ts'
import { timeNamed } from '../kept-options.ts'
import { endGiven, withListed } from '../listed-things.ts'
import { personAsking } from '../person-asking.ts'
import { shown } from '../shown.ts'
import { UsageError } from '../usage-error.ts'

export const annotateCommand: Command = {
  name: 'annotate',
  summary:
    'Marks what happened (a release, an experiment, an outage elsewhere, a maintenance), lists it and takes it away.',
  usage: 'add|list|remove [NUMBER] [OPTION…]',
  help: `add: marks a moment, or with --to or --hours a stretch. It shows on all charts, and incidents that begin within six hours of it
name it. While a maintenance goes on nothing is mailed of its channels; what is still wrong at its end is told then.

    tidewatch annotate add --kind release --text "Firefox 29" --channel nightly
    tidewatch annotate add --kind maintenance --text "new switch" --hours 3

list: what is known of the last 90 days and of the time to come, the calendar file's events among it; --all: everything.

remove NUMBER: takes one away.

A running service is needed for add and remove. Release tooling may as well POST to /api/v1/annotations.`,
  options: {
    kind: { value: 'KIND', about: `${ANNOTATION_KINDS.join(', ')}. Default: note.` },
    text: { value: 'TEXT', about: 'What happened, in a line.' },
    channel: { value: 'NAMES', about: 'Channels that it is about, joined by commas. Default: all.' },
    from: { value: 'TIME', about: 'When, UTC: 2014-02-04 or 2014-02-04T14:00Z. Default: now.' },
    to: { value: 'TIME', about: 'Its end. Default: it is a moment.' },
    hours: { value: 'NUMBER', about: 'So many hours from its beginning.' },
    build: { value: 'ID', about: 'Of a release: the build.' },
    link: { value: 'ADDRESS', about: 'A page with more of it.' },
    by: { value: 'NAME', about: 'Who says so. Default: the name of the user.' },
    all: { about: 'With list: everything.' },
    json: { about: 'JSON, as the API answers it.' },
  },
  takesSettings: true,
  operands: { least: 1, most: 2 },
  run(args, io) {
    return withListed(args, 'annotation', {
      ends: 'remove',
      list: () => list(args, io),
      add: () => add(args, io),
      end: (number) => remove(number, args, io),
    })
  },
}

const LISTED_MS = 90 * 24 * HOUR_MS

async function list(args: Arguments, io: CommandIo): Promise<number> {
  const { settings } = checkedSettings(io)
  const all = await askDesk(settings, { method: 'GET', path: '/annotations' }, z.array(annotationSchema))
  const since = isoSeconds(Date.now() - LISTED_MS)
  const listed = args.isOn('all') ? all : all.filter(({ from, to }) => (to ?? from) >= since)
  if (args.isOn('json')) io.out(`${JSON.stringify({ annotations: listed }, null, 2)}\n`)
  else if (listed.length === 0) io.out('Nothing is marked.\n')
  else for (const each of listed) io.out(`${annotationLine(each)}\n`)
  return 0
}

async function add(args: Arguments, io: CommandIo): Promise<number> {
  const text = args.option('text')
  if (text === null) throw new UsageError('say what happened: --text TEXT')
  const now = Date.now()
  const begin = args.option('from')
  const from = begin === null ? now : timeNamed('from', begin)
  const end = endGiven(args, 'to', from)
  const body = {
    kind: args.option('kind') ?? 'note',
    text,
    channels: (args.option('channel') ?? '').split(',').filter((name) => name !== ''),
    from: isoSeconds(from),
    to: end === null ? null : isoSeconds(end),
    author: personAsking(args, io),
    ...optional('build_id', args.option('build')),
    ...optional('link', args.option('link')),
  }
  const { settings } = checkedSettings(io)
  const made = await askDesk(settings, { method: 'POST', path: '/annotations' }, annotationSchema, body)
  io.out(args.isOn('json') ? `${JSON.stringify(made, null, 2)}\n` : `${annotationLine(made)}\n`)
  return 0
}

async function remove(number: string, args: Arguments, io: CommandIo): Promise<number> {
  const { settings } = checkedSettings(io)
  const body = { author: personAsking(args, io) }
  const question = { method: 'POST', path: `/annotations/${number}/remove` } as const
  io.out(`Removed: ${annotationLine(await askDesk(settings, question, annotationSchema, body))}\n`)
  return 0
}

function optional(name: string, value: string | null): Readonly<Record<string, string>> {
  return value === null ? {} : { [name]: value }
}

function annotationLine({ id, kind, text, channels, from, to, author, source }: AnnotationAnswer): string {
  const about = channels.length === 0 ? 'all channels' : channels.join(', ')
  const when = to === null ? from : `${from} to ${to}`
  const who = source === 'calendar' ? 'of the calendar' : `by ${author}`
  return shown(`${String(id ?? '-').padStart(4)}  ${when}  ${kind}, ${about}: ${text} (${who})`)
}
