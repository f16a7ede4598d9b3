import { DatabaseError } from '../../../data/counts/database-error.ts'
import { HOUR_MS } from '../../../data/domain/time.ts'
import { coveragePauseMs } from '../../owner/child-options.ts'
import { stateFolders } from '../../owner/state-folders.ts'
import { type Rebuilt, rebuildState } from '../../recovery/rebuild-state.ts'
import type { Settings } from '../../settings/schema.ts'
import { counted } from '../amounts.ts'
import { isOwnerRunning } from '../ask-owner.ts'
import { checkedSettings } from '../checked-settings.ts'
import { type Command, CommandError } from '../command.ts'

export const rebuildCommand: Command = {
  name: 'rebuild',
  summary: 'Makes a lost or damaged database anew from archive, quarantine and journal.',
  usage: '[--anyway]',
  help: `Counts come from the files of archive and quarantine; who listened when, which submissions were copies, incidents, what people did,
mails and what they said come from the journal, imported counts from the copies in imported/. What waits to be counted is counted by
the next start.

The service must be stopped; "tidewatch serve --role receive" may go on receiving. The old database is set aside in damaged/, never
deleted. Killed at any moment, it changes nothing; the same command begins anew.

Where the database is whole and up to date it says so and does nothing. Ends with 1 where it can't be done, or where
files of the archive are missing.`,
  options: { anyway: { about: 'Also where the database is whole.' } },
  takesSettings: true,
  operands: { least: 0, most: 0 },
  async run(args, io) {
    const { settings } = checkedSettings(io)
    await refuseWhileRunning(settings, 'rebuild')
    const rebuilt = await rebuildState({
      folders: stateFolders(settings.state),
      now: Date.now(),
      coverageToleranceMs: coveragePauseMs(settings),
      duplicateWindowMs: settings.duplicates.windowHours * HOUR_MS,
      keepMinuteMs: settings.counts.keepMinuteHours * HOUR_MS,
      anyway: args.isOn('anyway'),
    }).catch((error: unknown) => {
      if (error instanceof DatabaseError) throw new CommandError(error.message)
      throw error
    })
    io.out(report(rebuilt))
    return rebuilt.kind === 'rebuilt' && rebuilt.counts.missingFiles > 0 ? 1 : 0
  },
}

/** Throws CommandError where a service has the state directory: the command would work on what that has open. */
export async function refuseWhileRunning(settings: Settings, command: string): Promise<void> {
  if (!(await isOwnerRunning(settings))) return
  throw new CommandError(`a service runs on ${settings.state}: stop it, then run "tidewatch ${command}" again`)
}

function report(rebuilt: Rebuilt): string {
  if (rebuilt.kind === 'sound') {
    return 'The database is whole and up to date: nothing was done. --anyway makes it anew all the same.\n'
  }
  const { counts, aside, takenBack } = rebuilt
  const lines = [
    `The database was made anew: ${counted(counts.submissions, 'submission')} of ${counted(counts.segments, 'segment')}, ` +
      `${counted(counts.files, 'file')} of archive and quarantine, ${counted(counts.incidents, 'incident')}, ${counted(counts.mails, 'mail')}.`,
    ...(aside === null ? [] : [`The old one is in ${aside}.`]),
    ...(takenBack === 0 ? [] : [`${counted(takenBack, 'file')} came back from unknown/.`]),
    ...(counts.damagedLines === 0 ? [] : [`${counted(counts.damagedLines, 'line')} of the journal could not be read.`]),
    ...(counts.imports.length === 0 ? [] : [`Imported counts are in it: ${counts.imports.join(', ')}.`]),
    ...(counts.missingFiles === 0
      ? []
      : [
          `${counted(counts.missingFiles, 'file')} that the journal knows are not in the archive any more: what was in them is not counted.`,
        ]),
    'Start the service: what still waits is counted then.',
  ]
  return lines.map((line) => `${line}\n`).join('')
}
