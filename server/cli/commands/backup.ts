import { resolve } from 'node:path'
import { backedUpState } from '../../archive/archive-lines.ts'
import { bytesText, counted } from '../amounts.ts'
import { checkedSettings } from '../checked-settings.ts'
import type { Command } from '../command.ts'
import { followWork } from '../follow-work.ts'

export const backupCommand: Command = {
  name: 'backup',
  summary: 'Makes a backup of all that is kept, while the service runs.',
  usage: 'DIR',
  help: `DIR must not be there yet. It becomes a copy of the state directory as it is at one moment: database, journal, archive, quarantine,
what waits to be archived, mails, histogram specifications, keys. Not in it: what is received and not counted yet, and raw/. It gets its
name when it is whole and its database has been opened and read; killed before, there is DIR.partial, which
the next try replaces.

Files that are never changed, the archive's above all, are second names of the same ones where DIR is on the same disk: such a
backup takes little room, and helps against mistakes, not against the loss of the disk.

    tidewatch backup /mnt/backups/2014-02-01`,
  options: {},
  takesSettings: true,
  operands: { least: 1, most: 1 },
  async run(args, io) {
    const { settings } = checkedSettings(io)
    const target = resolve(io.currentFolder, args.operands[0] ?? '')
    const path = `/archive/backup?${new URLSearchParams({ target })}`
    const done = await followWork(
      settings,
      { method: 'POST', path },
      { io, schema: backedUpState, progress: ({ files, bytes }) => `${counted(files, 'file')}, ${bytesText(bytes)}` },
    )
    io.out(`${target}: ${counted(done.files, 'file')}, ${bytesText(done.bytes)}, verified.\n`)
    return 0
  },
}
