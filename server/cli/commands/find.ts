import { text } from 'node:stream/consumers'
import type { SubmissionCopy, SubmissionsAnswer } from '../../api/types.ts'
import { submissionsSchema } from '../../archive/archive-lines.ts'
import { bytesText, counted } from '../amounts.ts'
import { askOwner } from '../ask-owner.ts'
import { checkedSettings } from '../checked-settings.ts'
import { type Command, CommandError } from '../command.ts'
import { timeNamed } from '../kept-options.ts'

export const findCommand: Command = {
  name: 'find',
  summary: 'Says what became of a submission, and where it lies now.',
  usage: 'DOCUMENT_ID [--since TIME] [--until TIME] [--json]',
  help: `Every copy that was received under the document id, newest first: when, its dimensions, its outcome and problem with the value
at fault, and where it lies now: in the spool (not converted yet), in a converted file (not archived yet), in archive or quarantine.

A duplicate is found until its converted file is archived; after that only its first copy is left. What was answered 202 because
it was too large was not kept, and neither was its id.

An id says nothing of the time when its document came: --since and --until make the answer quicker where the archive is
large. Ends with 1 where nothing was found.`,
  options: {
    since: { value: 'TIME', about: 'Received from then on, UTC: 2014-02-04 or 2014-02-04T14:00Z. Default: ever.' },
    until: { value: 'TIME', about: 'Received before then. Default: now.' },
    json: { about: 'Prints what the API answers.' },
  },
  takesSettings: true,
  operands: { least: 1, most: 1 },
  async run(args, io) {
    const [given = ''] = args.operands
    const query = new URLSearchParams({ documentId: given.toLowerCase() })
    for (const name of ['since', 'until'] as const) {
      const time = args.option(name)
      if (time !== null) query.set(name, String(timeNamed(name, time)))
    }
    const { settings } = checkedSettings(io)
    const question = { method: 'GET', path: `/archive/submissions?${query}`, needsState: true } as const
    const answer = await askOwner(settings, question, async ({ status, body }) => {
      if (status !== 200) throw new CommandError(await text(body))
      return submissionsSchema.parse(JSON.parse(await text(body)))
    })
    if (args.isOn('json')) io.out(`${JSON.stringify(answer, null, 2)}\n`)
    else io.out(report(given, answer))
    return answer.submissions.length === 0 ? 1 : 0
  },
}

function report(id: string, { submissions, unread_segments: unread }: SubmissionsAnswer): string {
  const found = submissions.length === 0 ? `Nothing was received under ${id}, or it is kept no longer.\n` : ''
  const more =
    unread === 0 ? '' : `${counted(unread, 'segment')} in the spool were not looked into: too much waits there.\n`
  return submissions.map(copyText).join('\n') + found + more
}

function copyText(copy: SubmissionCopy): string {
  const { reason, app_name, app_version, channel, build_id, outcome, problems, causes, recovered_at } = copy
  const verdict = outcome === null ? 'not converted yet' : outcome
  const why = problems.length === 0 || outcome === 'duplicate' ? '' : ` (${problems.join(', ')})`
  const first =
    copy.duplicate_of === null ? '' : ` of segment ${copy.duplicate_of.segment}, frame ${copy.duplicate_of.frame}`
  return [
    `${copy.received_at}  ${verdict}${first}${why}`,
    `  ${[reason, app_name, app_version, channel, build_id].join(' / ')}${copy.automation ? ', automation' : ''}`,
    ...causes.map(({ problem, field, value }) => `  ${problem}: ${field} is ${JSON.stringify(value)}`),
    ...(recovered_at === null ? [] : [`  converted after all at ${recovered_at}`]),
    `  ${bytesText(copy.bytes)} as received, segment ${copy.segment}, frame ${copy.frame}`,
    `  in ${copy.file}`,
    '',
  ].join('\n')
}
