import type { CheckedSettings } from '../settings/resolve-settings.ts'
import { CommandError, type CommandIo } from './command.ts'

/** EX_CONFIG of sysexits.h: something in the settings is wrong. */
const EXIT_CONFIG = 78

/** The settings in force; throws a CommandError that lists everything that is wrong with them. */
export function checkedSettings({ loadSettings }: Pick<CommandIo, 'loadSettings'>): CheckedSettings {
  const loaded = loadSettings()
  if (loaded.kind === 'settings') return loaded
  throw new CommandError(loaded.problems.join('\n'), EXIT_CONFIG)
}
