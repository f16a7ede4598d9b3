import { resolve } from 'node:path'
import { DatabaseError } from '../../../data/counts/database-error.ts'
import { HOUR_MS, isoSeconds } from '../../../data/domain/time.ts'
import { BackupDamaged } from '../../backup/manifest.ts'
import { restoreState } from '../../backup/restore-state.ts'
import { stateFolders } from '../../owner/state-folders.ts'
import { counted } from '../amounts.ts'
import { checkedSettings } from '../checked-settings.ts'
import { type Command, CommandError } from '../command.ts'
import { refuseWhileRunning } from './rebuild.ts'

export const restoreCommand: Command = {
  name: 'restore',
  summary: 'Puts a backup in the place of what is there, which is set aside.',
  usage: 'DIR',
  help: `DIR is a folder that "tidewatch backup" made. First every file of it is held against what was written, and its database is opened and
read; a backup that isn't whole changes nothing. Then what the state directory has is moved to before/ in it, and never deleted. What waits
in the spool stays, and is counted by the next start.

The service must be stopped. Killed while it exchanges the two, the service refuses to start until the same command
has been given again. Where only the database is lost, "tidewatch rebuild" loses less: it knows what came after the last backup.

    tidewatch restore /mnt/backups/2014-02-01`,
  options: {},
  takesSettings: true,
  operands: { least: 1, most: 1 },
  async run(args, io) {
    const { settings } = checkedSettings(io)
    await refuseWhileRunning(settings, 'restore')
    const backup = resolve(io.currentFolder, args.operands[0] ?? '')
    const { madeAt, files, aside } = await restoreState({
      folders: stateFolders(settings.state),
      backup,
      now: Date.now(),
      duplicateWindowMs: settings.duplicates.windowHours * HOUR_MS,
    }).catch((error: unknown) => {
      if (error instanceof BackupDamaged || error instanceof DatabaseError) throw new CommandError(error.message)
      throw error
    })
    io.out(`${settings.state} is as it was at ${isoSeconds(madeAt)}: ${counted(files, 'file')} restored.\n`)
    if (aside !== null) io.out(`What was there is in ${aside}.\n`)
    return 0
  },
}
