import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeLinesAsLog } from '../../../data/lines/lines-as-log.ts'
import { counted } from '../amounts.ts'
import type { Arguments } from '../arguments.ts'
import { CommandError, type CommandIo } from '../command.ts'
import { importRaw, type LogOfFile } from './import-raw.ts'

/**
 * `tidewatch import lines FILE…`: each file becomes a raw log, in the system's folder for such, and that is imported: so all that
 * holds of logs (each submission once, whatever is killed; no mails; behind what is received live) holds of lines.
 */
export function importLines(files: readonly string[], args: Arguments, io: CommandIo): Promise<number> {
  return importRaw(files, args, io, openLines)
}

async function openLines(file: string): Promise<LogOfFile> {
  const folder = await mkdtemp(join(tmpdir(), 'tidewatch-lines-'))
  const close = () => rm(folder, { recursive: true, force: true })
  try {
    const path = join(folder, 'lines.v1.log')
    const { lines, bad, badCount } = await writeLinesAsLog(file, path)
    const told = bad.map(({ line, why }) => `  ${file}, line ${line}: ${why}\n`).join('')
    const more = badCount > bad.length ? `  and ${badCount - bad.length} more\n` : ''
    if (badCount > 0 && badCount === lines) {
      throw new CommandError(`${file}: nothing of it can be imported\n${told}${more}`.trimEnd())
    }
    const head = `${file}: ${counted(badCount, 'line')} left out\n`
    return { path, close, leftOut: badCount === 0 ? '' : `${head}${told}${more}` }
  } catch (error) {
    await close()
    throw error
  }
}
