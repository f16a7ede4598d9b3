import { z } from 'zod'
import { LABELS } from '../../../alerts/incident.ts'
import { incident as incidentSchema } from '../../api/schemas/incident.ts'
import type { IncidentAnswer } from '../../api/types.ts'
import type { Arguments } from '../arguments.ts'
import { askDesk } from '../ask-desk.ts'
import { checkedSettings } from '../checked-settings.ts'
import type { Command, CommandIo } from '../command.ts'
import { personAsking } from '../person-asking.ts'
import { shown } from '../shown.ts'
import { UsageError } from '../usage-error.ts'

const ACTIONS = {
  acknowledge: 'acknowledge',
  resolve: 'resolve',
  'accept-level': 'accept_level',
  'take-back-level': 'take_back_level',
} as const

export const incidentsCommand: Command = {
  name: 'incidents',
  summary: 'Lists and exports incidents; acknowledges, closes or labels one, or takes its level for the new normal.',
  usage: 'list|export|ACTION [NUMBER] [LABEL]',
  help: `ACTION is ${[...Object.keys(ACTIONS), 'label'].join(', ')}.

list: incidents that go on; --all: every one. export: all of them with what people called them, as one JSON object,
{"incidents": […]}: what "tidewatch backtest --labels" reads.

acknowledge: somebody has it; reminders stop. resolve: it is over; where a later hour still shows it, it begins again. label: what it
was: ${LABELS.join(', ')}. accept-level: what there is now is meant to be (half the sampling rate, say): the
incident is over, and what has come since it began is what is expected from now on. take-back-level: it wasn't, after all.

A running service is needed for all but list and export.`,
  options: {
    note: { value: 'TEXT', about: 'Why; it stands in the story of the incident.' },
    by: { value: 'NAME', about: 'In whose name. Default: the name of the user.' },
    all: { about: 'With list: incidents that are over, too.' },
  },
  takesSettings: true,
  operands: { least: 1, most: 3 },
  run(args, io) {
    const [what = '', number = null, label = null] = args.operands
    if (what === 'list' && number === null) return list(args, io)
    if (what === 'export' && number === null) return exportAll(io)
    if (number === null || !/^\d+$/.test(number))
      throw new UsageError(`say which incident by its number, as "list" does`)
    const by = personAsking(args, io)
    const note = args.option('note') ?? ''
    if (what === 'label') {
      if (!LABELS.some((known) => known === label)) throw new UsageError(`a label is one of ${LABELS.join(', ')}`)
      return act(number, { kind: 'label', label, by, note }, io)
    }
    const [, kind] = Object.entries(ACTIONS).find(([name]) => name === what) ?? []
    if (kind === undefined || label !== null) {
      throw new UsageError(
        `${JSON.stringify(what)} is nothing to do: use list, export, ${Object.keys(ACTIONS).join(', ')} or label`,
      )
    }
    return act(number, { kind, by, note }, io)
  },
}

const incidentsAnswer = z.object({ incidents: z.array(incidentSchema) })

async function list(args: Arguments, io: CommandIo): Promise<number> {
  const { settings } = checkedSettings(io)
  const { incidents } = await askDesk(settings, { method: 'GET', path: '/incidents' }, incidentsAnswer)
  const listed = args.isOn('all')
    ? incidents
    : incidents.filter(({ state }) => state === 'open' || state === 'recovering')
  for (const each of listed) io.out(`${incidentLine(each)}\n`)
  if (listed.length === 0) io.out('Nothing goes on.\n')
  return 0
}

async function exportAll(io: CommandIo): Promise<number> {
  const { settings } = checkedSettings(io)
  const answer = await askDesk(settings, { method: 'GET', path: '/incidents' }, incidentsAnswer)
  io.out(`${JSON.stringify(answer, null, 2)}\n`)
  return 0
}

async function act(number: string, action: Readonly<Record<string, unknown>>, io: CommandIo): Promise<number> {
  const { settings } = checkedSettings(io)
  const question = { method: 'POST', path: `/incidents/${number}` } as const
  io.out(`${incidentLine(await askDesk(settings, question, incidentSchema, action))}\n`)
  return 0
}

function incidentLine({ id, state, severity, sentence, acknowledged, label }: IncidentAnswer): string {
  const taken = acknowledged === null ? '' : ` ${acknowledged.by} has it.`
  const called = label === undefined ? '' : ` Called ${label.value} by ${label.by}.`
  return shown(`${String(id).padStart(4)}  ${state}, ${severity ?? ''}: ${sentence}${taken}${called}`)
}
