import { visibilityAnswer } from '../../api/schemas/why.ts'
import { visibilityText } from '../../why/visibility-text.ts'
import { askDesk } from '../ask-desk.ts'
import { checkedSettings } from '../checked-settings.ts'
import type { Command } from '../command.ts'
import { shown } from '../shown.ts'

export const visibleCommand: Command = {
  name: 'visible',
  summary: 'Says how large a loss must be to be told within 1, 6 and 24 hours, series by series.',
  usage: '[--channel NAME] [--json]',
  help: `Puts losses of all sizes into the last hours that were judged and asks the detectors: what is told in nine of ten cases. So it
follows the noise of each series, the hour of the week, and what judge.sensitivity asks for. Series on which nothing can be seen stand
there with the reason.

The running service is asked; where none runs, the database is read.`,
  options: {
    channel: { value: 'NAME', about: 'Only this channel; "*" is all of them at once.' },
    json: { about: 'One JSON object, as the API answers it.' },
  },
  takesSettings: true,
  operands: { least: 0, most: 0 },
  async run(args, io) {
    const { settings } = checkedSettings(io)
    const channel = args.option('channel')
    const query = channel === null ? '' : `?${new URLSearchParams({ channel })}`
    const answer = await askDesk(settings, { method: 'GET', path: `/visibility${query}` }, visibilityAnswer)
    io.out(args.isOn('json') ? `${JSON.stringify(answer, null, 2)}\n` : shown(visibilityText(answer)))
    return 0
  },
}
