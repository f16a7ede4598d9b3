/** A file in `restoring/` while what is there is being exchanged for what was backed up. */
export const RESTORE_MARK = 'exchanging'
