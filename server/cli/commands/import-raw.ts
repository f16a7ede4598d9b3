import { readdir, statfs } from 'node:fs/promises'
import { basename } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { segmentOfConvertedFile } from '../../../data/converted/converted-file.ts'
import { LIVE_SOURCE } from '../../../data/domain/dimensions.ts'
import { isoSeconds } from '../../../data/domain/time.ts'
import { CannotInflate } from '../../../data/lines/open-lines.ts'
import { cutLog, type FrameRange, missingFrames } from '../../../data/spool/cut-log.ts'
import { makeSpoolFolders } from '../../../data/spool/folders.ts'
import { countWaitingImports, rangesInSpool, rangesOfLog } from '../../../data/spool/import-ranges.ts'
import { removeLeftAside } from '../../../data/spool/import-segment-file.ts'
import { LogChanged, type LogFacts, readLog } from '../../../data/spool/read-log.ts'
import { makeStateFolders, type StateFolders, stateFolders } from '../../owner/state-folders.ts'
import type { Settings } from '../../settings/schema.ts'
import { bytesText, counted, numberText } from '../amounts.ts'
import type { Arguments } from '../arguments.ts'
import { askOwner, isOwnerRunning } from '../ask-owner.ts'
import { checkedSettings } from '../checked-settings.ts'
import { CommandError, type CommandIo } from '../command.ts'
import { type ProgressLine, progressLine } from '../progress-line.ts'
import { UsageError } from '../usage-error.ts'

const ledgerSchema = z.object({
  source: z.string().nullable(),
  merged: z.array(z.object({ first: z.number(), last: z.number() })),
  submissions: z.number(),
  duplicates: z.number(),
  isSourceTaken: z.boolean(),
})
type Ledger = z.infer<typeof ledgerSchema>

/** So many segments of imports wait in the spool at most while a service works them off: an old log may be longer than the disk has room. */
const MOST_WAITING = 16
const LOOK_EVERY_MS = 500
const EXIT_INTERRUPTED = 130

/** What is imported in the place of a file: a raw log with the same submissions. */
export interface LogOfFile {
  readonly path: string
  /** What of the file isn't in the log; empty: nothing. */
  readonly leftOut: string
  close(): Promise<void>
}

const asItIs = async (path: string): Promise<LogOfFile> => ({ path, leftOut: '', close: async () => undefined })

/** `tidewatch import raw FILE…`: each file by itself, whatever became of those before. */
export async function importRaw(
  files: readonly string[],
  args: Arguments,
  io: CommandIo,
  openLog: (file: string) => Promise<LogOfFile> = asItIs,
): Promise<number> {
  const given = args.option('source')
  if (given !== null) refuseSource(given)
  const { settings } = checkedSettings(io)
  const folders = stateFolders(settings.state)
  await makeStateFolders(folders)
  await makeSpoolFolders(folders.spool)
  await removeLeftAside(folders.spool)
  let failed = 0
  for (const file of files) {
    const source = given ?? basename(file)
    const run = { file, source, isDryRun: args.isOn('dry-run'), settings, folders, io, progress: progressLine(io) }
    try {
      watch(run, 'reading')
      const log = await openLog(file)
      const report = await importFile({ ...run, path: log.path }).finally(() => log.close())
      run.progress.clear()
      io.out(report)
      if (log.leftOut !== '') io.err(log.leftOut)
      if (log.leftOut !== '') failed++
    } catch (error) {
      run.progress.clear()
      const trouble = io.stop.aborted ? null : troubleOf(error, file)
      if (trouble === null) throw interrupted(file)
      io.err(`${trouble}\n`)
      failed++
    }
  }
  if (failed > 0 && files.length > 1) io.err(`${failed} of ${files.length} files were not imported, or not whole.\n`)
  return failed === 0 ? 0 : 1
}

interface Run {
  /** As people call it. */
  readonly file: string
  readonly source: string
  readonly isDryRun: boolean
  readonly settings: Settings
  readonly folders: StateFolders
  readonly io: CommandIo
  readonly progress: ProgressLine
}

function refuseSource(source: string): void {
  if (source === LIVE_SOURCE || !/^[^\p{Cc}]{1,200}$/u.test(source)) {
    throw new UsageError(
      `--source is ${JSON.stringify(source)}: use up to 200 letters without control characters, and not "${LIVE_SOURCE}"`,
    )
  }
}

async function importFile(run: Run & { readonly path: string }): Promise<string> {
  const { file, path, source, isDryRun, folders, settings, progress } = run
  const facts = await readLog(path, (read, all) => watch(run, `reading ${share(read, all)}`))
  const { origin, digest, frames } = facts
  if (origin === null) {
    if (facts.fileBytes === 0) return `${file}: empty, nothing to import.\n`
    throw new CommandError(
      `${file}: no frame of a raw log (v1, v2 or v3) is in it: ${bytesText(facts.fileBytes)} of something else`,
    )
  }
  const present = await rangesBeforeLedger(folders, digest)
  const before = await askLedger(run, digest)
  if (before.source === null && before.isSourceTaken) {
    throw new CommandError(`${file}: ${JSON.stringify(source)} is the name of counts from CSV: use another --source`)
  }
  const known = [...present, ...before.merged]
  const missing = missingFrames(known, frames)
  const as = missing === 0 ? before.source : (before.source ?? source)
  const head = headOf(file, as, facts)
  if (isDryRun)
    return `${head}${damageOf(file, facts)}Would import ${numberText(missing)} of ${counted(frames, 'frame')}.\n`

  const segments = await cutLog({
    path,
    spool: folders.spool,
    facts: { ...facts, origin },
    source: before.source ?? source,
    segmentMaxBytes: settings.spool.segmentMaxBytes,
    known,
    room: () => roomInSpool(run),
    onRead: (read, all) => watch(run, `bringing in ${share(read, all)}`),
  })
  progress.clear()
  const outcome = await untilCounted(run, facts, segments)
  return `${head}${damageOf(file, facts)}${missing === 0 ? 'All of it was in before. ' : ''}${outcome}\n`
}

/** Resolves when the spool takes another segment. */
async function roomInSpool(run: Run): Promise<void> {
  const { settings, folders, file } = run
  for (;;) {
    const { bavail, bsize } = await statfs(folders.spool)
    const leastFree = settings.receive.minFreeDiskBytes + 2 * settings.spool.segmentMaxBytes
    if (bavail * bsize < leastFree) {
      throw new CommandError(
        `${file}: ${bytesText(bavail * bsize)} are free at ${folders.spool}, and what is received needs them (receive.minFreeDiskBytes). ` +
          'What is in so far stays: start the service if it does not run, make room, and give the same command again.',
      )
    }
    if ((await countWaitingImports(folders.spool)) < MOST_WAITING) return
    if (!(await isOwnerRunning(settings))) return
    watch(run, 'the converter is behind: waiting for it')
    await pause(LOOK_EVERY_MS)
  }
}

/** Watches how a running service counts the log; without one it says what will happen. */
async function untilCounted(run: Run, facts: LogFacts, segments: number): Promise<string> {
  const { settings, folders, io, file } = run
  for (let lost = 0; ; ) {
    const present = await rangesBeforeLedger(folders, facts.digest)
    const ledger = await askLedger(run, facts.digest)
    const waiting = missingFrames(ledger.merged, facts.frames)
    if (waiting === 0) return countedSentence(ledger)
    // Twice, so that a segment that just moved isn't taken for lost.
    lost = missingFrames([...present, ...ledger.merged], facts.frames) > 0 ? lost + 1 : 0
    if (lost > 1) {
      throw new CommandError(
        `${file}: a part of it can not be merged; it is set aside in ${folders.corrupted}, the log says why`,
      )
    }
    if (!(await isOwnerRunning(settings))) {
      return `No service runs on ${folders.state}: ${counted(waiting, 'frame')} (${counted(segments, 'new segment')}) in its spool to be counted when one does.`
    }
    if (io.stop.aborted) return `${counted(waiting, 'frame')} not counted yet: the service goes on with it.`
    run.progress.show(`${file}: counting, ${numberText(facts.frames - waiting)} of ${numberText(facts.frames)} frames`)
    await pause(LOOK_EVERY_MS)
  }
}

function countedSentence({ submissions, duplicates }: Ledger): string {
  const repeated = duplicates === 0 ? '' : `, ${numberText(duplicates)} of which came before`
  return `Counted: ${counted(submissions, 'submission')}${repeated}.`
}

/** What waits, in the flow's order; the ledger comes after it. */
async function rangesBeforeLedger({ spool, converted }: StateFolders, digest: string): Promise<FrameRange[]> {
  const inSpool = await rangesInSpool(spool, digest)
  const segments = (await readdir(converted)).map(segmentOfConvertedFile).filter((segment) => segment !== null)
  return [...inSpool, ...rangesOfLog(segments, digest)]
}

function askLedger({ settings, source }: Run, digest: string): Promise<Ledger> {
  const path = `/import/log?${new URLSearchParams({ digest, source })}`
  return askOwner(settings, { method: 'GET', path }, async ({ body }) =>
    ledgerSchema.parse(JSON.parse(await text(body))),
  )
}

/** Tells how far it is; throws when the command is asked to stop. */
function watch({ file, io, progress }: Run, doing: string): void {
  if (io.stop.aborted) throw interrupted(file)
  progress.show(`${file}: ${doing}`)
}

function interrupted(file: string): CommandError {
  return new CommandError(
    `${file}: interrupted. What is whole so far is in; the same command goes on from there.`,
    EXIT_INTERRUPTED,
  )
}

/** What a person can act on; anything else is a fault of ours, and thrown on. */
function troubleOf(error: unknown, file: string): string {
  if (error instanceof CommandError || error instanceof LogChanged || error instanceof CannotInflate)
    return error.message
  if (error instanceof Error && 'syscall' in error) return `${file} can't be imported: ${error.message}`
  throw error
}

function headOf(
  file: string,
  source: string | null,
  { origin, submissions, frames, from, to, isBroken }: LogFacts,
): string {
  const other = frames === submissions ? '' : ` (and ${counted(frames - submissions, 'other frame')})`
  const broken = isBroken ? '\nIts gzip stream breaks off: what stands before that is read.' : ''
  return `${file}: ${origin}, ${counted(submissions, 'submission')}${other}, ${isoSeconds(from)} to ${isoSeconds(to)}${source === null ? '' : `, as ${source}`}.${broken}\n`
}

const MOST_TOLD = 20

function damageOf(file: string, { damaged }: LogFacts): string {
  const told = damaged
    .slice(0, MOST_TOLD)
    .map((stretch) => `  ${file}: damaged at byte ${stretch.offset}, ${numberText(stretch.bytes)} bytes\n`)
  const rest = damaged.length - told.length
  return told.join('') + (rest > 0 ? `  and ${numberText(rest)} more damaged stretches\n` : '')
}

function share(read: number, all: number): string {
  return `${all === 0 ? 100 : Math.floor((100 * read) / all)} % of ${bytesText(all)}`
}
