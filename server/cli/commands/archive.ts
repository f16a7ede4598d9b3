import { text } from 'node:stream/consumers'
import { compactedState, overdueAnswer, verifiedState } from '../../archive/archive-lines.ts'
import type { Settings } from '../../settings/schema.ts'
import { bytesText, counted } from '../amounts.ts'
import type { Arguments } from '../arguments.ts'
import { askOwner } from '../ask-owner.ts'
import { checkedSettings } from '../checked-settings.ts'
import { type Command, CommandError, type CommandIo } from '../command.ts'
import { followWork } from '../follow-work.ts'
import { UsageError } from '../usage-error.ts'

export const archiveCommand: Command = {
  name: 'archive',
  summary: 'Verifies the archive, puts its small files together, removes what is over.',
  usage: 'verify | compact [--dry-run] | retention [--dry-run]',
  help: `verify: reads every file of archive and quarantine whole and holds it against what the database knows: each file is there with
its rows, there is no other, no frame stands in it twice, and by hour, channel, outcome, problem and source there are as many
submissions as were counted. Every difference is printed. The service does this by itself each week. Ends with 1
where something differs.

compact: puts the small files of past days together, sorted (archive.compactAfterDays, archive.compactFileBytes). The service does
this by itself each night. Interrupted or killed at any moment, nothing is lost and nothing is there twice.

retention: removes what the settings don't keep any longer (archive.keepDays, quarantine.keepDays, quarantine.keepDaysByProblem). The
service does this by itself each hour.

All of them ask the running service, or open the state directory themselves where none runs.`,
  options: { 'dry-run': { about: 'Says what would be done, and changes nothing.' } },
  takesSettings: true,
  operands: { least: 1, most: 1 },
  async run(args, io) {
    const [what = ''] = args.operands
    const { settings } = checkedSettings(io)
    switch (what) {
      case 'verify':
        if (args.isOn('dry-run')) throw new UsageError('--dry-run is for compact and retention: verify changes nothing')
        return verify(settings, io)
      case 'compact':
        return compact(settings, args, io)
      case 'retention':
        return retention(settings, args, io)
      default:
        throw new UsageError(
          `${JSON.stringify(what)} is nothing to do with the archive: use verify, compact or retention`,
        )
    }
  },
}

async function verify(settings: Settings, io: CommandIo): Promise<number> {
  const question = { method: 'POST', path: '/archive/verify' } as const
  const done = await followWork(settings, question, {
    io,
    schema: verifiedState,
    progress: ({ days, files }) => `${counted(days, 'day')}, ${counted(files, 'file')} verified`,
  })
  const { differences, differenceCount, days, files, rows, bytes, setAside } = done
  for (const difference of differences) io.out(`${difference}\n`)
  if (differenceCount > differences.length) io.out(`and ${differenceCount - differences.length} more\n`)
  const read = `${counted(files, 'file')} of ${counted(days, 'day')} read: ${counted(rows, 'submission')}, ${bytesText(bytes)}`
  io.out(`${read}. ${differenceCount === 0 ? 'All is as it was counted' : counted(differenceCount, 'difference')}.\n`)
  if (setAside > 0)
    io.out(`Besides, ${counted(setAside, 'file')} that the database did not know are set aside in unknown/.\n`)
  return differenceCount === 0 ? 0 : 1
}

async function compact(settings: Settings, args: Arguments, io: CommandIo): Promise<number> {
  const isDryRun = args.isOn('dry-run')
  const question = { method: 'POST', path: `/archive/compact?dryRun=${isDryRun ? 'yes' : 'no'}` } as const
  const done = await followWork(settings, question, {
    io,
    schema: compactedState,
    progress: (state) => `${state.done} of ${counted(state.steps, 'step')}: ${counted(state.rows, 'submission')}`,
  })
  const { filesBefore, filesAfter, rows, bytesBefore, bytesAfter } = done
  if (filesBefore === 0) io.out('No small files of past days.\n')
  else if (isDryRun) {
    const held = `${counted(rows, 'submission')}, ${bytesText(bytesBefore)}`
    io.out(`${counted(filesBefore, 'file')} (${held}) would be put together, in ${counted(done.steps, 'step')}.\n`)
  } else {
    const sizes = `${bytesText(bytesBefore)} are ${bytesText(bytesAfter)} now`
    io.out(
      `${counted(filesBefore, 'file')} became ${counted(filesAfter, 'file')}: ${counted(rows, 'submission')}, ${sizes}.\n`,
    )
  }
  return 0
}

async function retention(settings: Settings, args: Arguments, io: CommandIo): Promise<number> {
  const answer = (method: 'GET' | 'POST') =>
    askOwner(settings, { method, path: '/archive/retention', needsState: true }, async ({ status, body }) => {
      if (status !== 200) throw new CommandError(await text(body))
      return JSON.parse(await text(body)) as unknown
    })
  const { whole, partly } = overdueAnswer.parse(await answer('GET'))
  for (const line of daysOf(whole)) io.out(line)
  for (const { file, problems } of partly) {
    io.out(
      `${file.partition.keep} ${file.partition.date} ${file.partition.channel}: what is ${problems.join(', ')} of ${file.name}\n`,
    )
  }
  if (whole.length + partly.length === 0) io.out('Nothing is over.\n')
  else if (args.isOn('dry-run')) io.out('Nothing was removed.\n')
  else {
    await answer('POST')
    io.out('Removed.\n')
  }
  return 0
}

/** `archive 2014-01-16: 3 files, 1,200 submissions, 20.1 MiB` */
function daysOf(files: ReturnType<typeof overdueAnswer.parse>['whole']): string[] {
  const days = new Map<string, { files: number; rows: number; bytes: number }>()
  for (const { partition, rows, bytes } of files) {
    const day = `${partition.keep} ${partition.date}`
    const sum = days.get(day) ?? { files: 0, rows: 0, bytes: 0 }
    days.set(day, { files: sum.files + 1, rows: sum.rows + rows, bytes: sum.bytes + bytes })
  }
  return [...days].map(
    ([day, sum]) =>
      `${day}: ${counted(sum.files, 'file')}, ${counted(sum.rows, 'submission')}, ${bytesText(sum.bytes)}\n`,
  )
}
