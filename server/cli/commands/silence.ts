import { z } from 'zod'
import { type SilenceMatcher, SilenceMatcherSchema } from '../../../alerts/silence.ts'
import { silence as silenceSchema } from '../../api/schemas/incident.ts'
import type { SilenceAnswer } from '../../api/types.ts'
import type { Arguments } from '../arguments.ts'
import { askDesk } from '../ask-desk.ts'
import { checkedSettings } from '../checked-settings.ts'
import type { Command, CommandIo } from '../command.ts'
import { endGiven, withListed } from '../listed-things.ts'
import { personAsking } from '../person-asking.ts'
import { shown } from '../shown.ts'
import { UsageError } from '../usage-error.ts'

export const silenceCommand: Command = {
  name: 'silence',
  summary: 'Holds back mails about a channel, a kind, a series or an incident, and lists what is held back.',
  usage: 'add|list|end [NUMBER] [OPTION…]',
  help: `add: nothing is mailed about what fits all that is given, until the end. Incidents open, go on and end as ever and are
shown; who was told of one before is told its end. When a silence ends and something of it goes on, that is told.

    tidewatch silence add --channel nightly --kind drop --hours 48 --reason "known: bug 967203"

list: silences that hold something back now; --all: the others, too.

end NUMBER: ends one before its time.

A running service is needed for add and end.`,
  options: {
    incident: { value: 'NUMBER', about: 'Only this incident; without --until or --hours until it is over.' },
    channel: { value: 'NAME', about: 'What is about this channel alone.' },
    kind: { value: 'KIND', about: 'outage, drop, decline, surge, invalid, discarded, build, novelty, gap or stalled.' },
    reason: { value: 'TEXT', about: 'Why: people read it wherever the silence shows.' },
    'series-reason': { value: 'NAME', about: 'What is about this reason of submissions.' },
    build: { value: 'ID', about: 'What is about this build.' },
    problem: { value: 'NAME', about: 'What is about this problem.' },
    until: { value: 'TIME', about: 'End, UTC: 2014-02-04 or 2014-02-04T14:00Z.' },
    hours: { value: 'NUMBER', about: 'So many hours from now.' },
    by: { value: 'NAME', about: 'Who answers for it. Default: the name of the user.' },
    all: { about: 'With list: silences that are over, too.' },
    json: { about: 'One JSON object.' },
  },
  takesSettings: true,
  operands: { least: 1, most: 2 },
  run(args, io) {
    return withListed(args, 'silence', {
      ends: 'end',
      list: () => list(args, io),
      add: () => add(args, io),
      end: (number) => end(number, args, io),
    })
  },
}

async function list(args: Arguments, io: CommandIo): Promise<number> {
  const { settings } = checkedSettings(io)
  const all = await askDesk(settings, { method: 'GET', path: '/silences' }, z.array(silenceSchema))
  const listed = args.isOn('all') ? all : all.filter((each) => each.is_active)
  if (args.isOn('json')) io.out(`${JSON.stringify({ silences: listed }, null, 2)}\n`)
  else if (listed.length === 0) io.out('Nothing is held back.\n')
  else for (const each of listed) io.out(`${silenceLine(each)}\n`)
  return 0
}

async function add(args: Arguments, io: CommandIo): Promise<number> {
  const body = {
    matcher: matcherOf(args),
    // Null: until the incident is over.
    until: endGiven(args, 'until', Date.now()),
    reason: args.option('reason') ?? '',
    author: personAsking(args, io),
  }
  const { settings } = checkedSettings(io)
  const made = await askDesk(settings, { method: 'POST', path: '/silences' }, silenceSchema, body)
  io.out(args.isOn('json') ? `${JSON.stringify(made, null, 2)}\n` : `${silenceLine(made)}\n`)
  return 0
}

async function end(number: string, args: Arguments, io: CommandIo): Promise<number> {
  const { settings } = checkedSettings(io)
  const body = { by: personAsking(args, io) }
  await askDesk(settings, { method: 'POST', path: `/silences/${number}/end` }, silenceSchema, body)
  io.out(`Silence ${number} has ended.\n`)
  return 0
}

function matcherOf(args: Arguments): SilenceMatcher {
  const incident = args.option('incident')
  const given = {
    incident: incident === null ? undefined : Number(incident),
    channel: args.option('channel') ?? undefined,
    kind: args.option('kind') ?? undefined,
    reason: args.option('series-reason') ?? undefined,
    buildId: args.option('build') ?? undefined,
    problem: args.option('problem') ?? undefined,
  }
  const parsed = SilenceMatcherSchema.safeParse(given)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new UsageError(`--${String(issue?.path[0])}: ${issue?.message}`)
}

function silenceLine({ id, matcher, until, reason, author, ended_at, is_active }: SilenceAnswer): string {
  const what = Object.entries(matcher)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')
  const till = until === null ? 'until it is over' : `until ${until}`
  const when = is_active ? till : `over${ended_at === null ? '' : ` since ${ended_at}`}`
  return shown(`${String(id).padStart(4)}  ${what}: ${when}, by ${author}${reason === '' ? '' : `: ${reason}`}`)
}
