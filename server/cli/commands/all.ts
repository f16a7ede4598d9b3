import type { Command } from '../command.ts'
import { config } from './config.ts'
import { serve } from './serve.ts'
import { simulate } from './simulate.ts'

/** All commands, in the order in which `tidewatch help` lists them. */
export const COMMANDS: readonly Command[] = [serve, simulate, config]
