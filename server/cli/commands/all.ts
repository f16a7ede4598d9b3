import type { Command } from '../command.ts'
import { annotateCommand } from './annotate.ts'
import { archiveCommand } from './archive.ts'
import { backtestCommand } from './backtest.ts'
import { backupCommand } from './backup.ts'
import { check } from './check.ts'
import { config } from './config.ts'
import { demo } from './demo.ts'
import { doctor } from './doctor.ts'
import { exportCommand } from './export.ts'
import { findCommand } from './find.ts'
import { forgetCommand } from './forget.ts'
import { gateCommand } from './gate.ts'
import { histograms } from './histograms.ts'
import { importCommand } from './import.ts'
import { incidentsCommand } from './incidents.ts'
import { mail } from './mail.ts'
import { quarantineCommand } from './quarantine.ts'
import { rebuildCommand } from './rebuild.ts'
import { recountCommand } from './recount.ts'
import { reprocessCommand } from './reprocess.ts'
import { restoreCommand } from './restore.ts'
import { serve } from './serve.ts'
import { silenceCommand } from './silence.ts'
import { simulate } from './simulate.ts'
import { visibleCommand } from './visible.ts'
import { whyCommand } from './why.ts'

/** All commands, in the order in which `tidewatch help` lists them. */
export const COMMANDS: readonly Command[] = [
  serve,
  demo,
  simulate,
  importCommand,
  exportCommand,
  findCommand,
  archiveCommand,
  forgetCommand,
  quarantineCommand,
  reprocessCommand,
  recountCommand,
  backupCommand,
  restoreCommand,
  rebuildCommand,
  incidentsCommand,
  silenceCommand,
  annotateCommand,
  gateCommand,
  whyCommand,
  visibleCommand,
  backtestCommand,
  check,
  histograms,
  mail,
  doctor,
  config,
]
