import { type ResolvedSetting, shownValue } from '../../settings/resolved-setting.ts'
import { sourceText } from '../../settings/source.ts'
import { checkedSettings } from '../checked-settings.ts'
import type { Command } from '../command.ts'

export const config: Command = {
  name: 'config',
  summary: 'Prints every setting, its value, and where it came from.',
  usage: '[--changed] [--json]',
  help: `Settings come from four sources, each stronger than the one before: the defaults, the settings file,
the environment (TIDEWATCH_…), and flags. This prints what comes of them, and which weaker
source had another value. Passwords are masked. Exit code 78 if anything is wrong with them.`,
  options: {
    changed: { about: 'Only the settings that are not at their default.' },
    json: { about: 'One JSON object, by the name of the setting: {value, source, overrode: [{value, source}]}.' },
  },
  takesSettings: true,
  operands: { least: 0, most: 0 },
  async run(args, io) {
    const { resolved } = checkedSettings(io)
    const shown = args.isOn('changed') ? resolved.filter(({ chosen }) => chosen.source.kind !== 'default') : resolved
    io.out(args.isOn('json') ? asJson(shown) : shown.map(asLines).join(''))
    return 0
  },
}

/** `receive.listen = "0.0.0.0:80"  (from TIDEWATCH_RECEIVE_LISTEN; instead of "127.0.0.1:8080" from the default)` */
function asLines({ name, chosen, overridden }: ResolvedSetting): string {
  const origin = [
    chosen.source.kind === 'default' ? 'the default' : `from ${sourceText(chosen.source)}`,
    ...overridden.map(({ value, source }) => `instead of ${shownValue(name, value)} from ${sourceText(source)}`),
  ]
  return `${name.path} = ${shownValue(name, chosen.value)}  (${origin.join('; ')})\n`
}

function asJson(resolved: readonly ResolvedSetting[]): string {
  const entries = resolved.map(({ name, chosen, overridden }) => {
    const shown = ({ value, source }: ResolvedSetting['chosen']) => ({
      value: JSON.parse(shownValue(name, value)),
      source: sourceText(source),
    })
    return [name.path, { ...shown(chosen), overrode: overridden.map(shown) }]
  })
  return `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`
}
