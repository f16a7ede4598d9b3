import { createWriteStream } from 'node:fs'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { HOUR_MS } from '../../../data/domain/time.ts'
import { askOwner } from '../ask-owner.ts'
import { checkedSettings } from '../checked-settings.ts'
import { type Command, CommandError } from '../command.ts'
import { UsageError } from '../usage-error.ts'

const KINDS = ['counts', 'attributes']

export const exportCommand: Command = {
  name: 'export',
  summary: 'Writes hourly counts as CSV.',
  usage: 'counts|attributes [--from TIME] [--to TIME] [--channel NAME] [--out FILE]',
  help: `Writes what "tidewatch import counts" reads: hourly counts by channel, application, version, build, reason, outcome and
problem, or counts of watched attributes. Hours in which somebody listened and nothing came are there, with 0.`,
  options: {
    from: { value: 'TIME', about: 'First hour, UTC: 2014-01-16 or 2014-01-16T14:00Z. Default: the first there is.' },
    to: { value: 'TIME', about: 'End, not included. Default: after the last hour there is.' },
    channel: { value: 'NAME', about: 'Only this channel. Default: all.' },
    out: { value: 'FILE', about: 'Default: standard output.' },
  },
  takesSettings: true,
  operands: { least: 1, most: 1 },
  async run(args, io) {
    const [kind = ''] = args.operands
    if (!KINDS.includes(kind))
      throw new UsageError(`${JSON.stringify(kind)} can't be exported: use ${KINDS.join(' or ')}`)
    const { settings } = checkedSettings(io)
    const query = new URLSearchParams({ kind })
    for (const name of ['from', 'to']) {
      const hour = hourOption(name, args.option(name))
      if (hour !== null) query.set(name, String(hour))
    }
    const channel = args.option('channel')
    if (channel !== null) query.set('channel', channel)
    const out = args.option('out')
    await askOwner(settings, { method: 'GET', path: `/export?${query}` }, async ({ status, body }) => {
      if (status !== 200) throw new CommandError(await text(body))
      if (out !== null) return pipeline(body, createWriteStream(out))
      const decoder = new TextDecoder()
      for await (const chunk of body) io.out(decoder.decode(chunk, { stream: true }))
    })
    return 0
  },
}

function hourOption(name: string, given: string | null): number | null {
  if (given === null) return null
  const time = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?Z)?$/.test(given) ? Date.parse(given) : Number.NaN
  if (time % HOUR_MS !== 0) {
    throw new UsageError(`--${name} is ${JSON.stringify(given)}: use a whole hour such as 2014-01-16T14:00Z, or a date`)
  }
  return time
}
