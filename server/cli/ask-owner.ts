import { request } from 'node:http'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { Readings } from '../../data/archive/readings.ts'
import { DatabaseError } from '../../data/counts/database-error.ts'
import { isNotFound } from '../../data/files/is-not-found.ts'
import { keepImports } from '../../data/recovery/kept-imports.ts'
import { createLog } from '../log.ts'
import { coveragePauseMs } from '../owner/child-options.ts'
import { commandApp } from '../owner/command-app.ts'
import { keptRaw } from '../owner/kept-raw.ts'
import { openKeptDatabase } from '../owner/open-kept-database.ts'
import { openState } from '../owner/open-state.ts'
import { archiveWorkOf } from '../owner/scheduled-work.ts'
import { makeStateFolders, stateFolders } from '../owner/state-folders.ts'
import type { Settings } from '../settings/schema.ts'
import { CommandError } from './command.ts'
import { hindsightOf } from './hindsight-of.ts'

export interface OwnerQuestion {
  readonly method: 'GET' | 'POST'
  /** With its query string. */
  readonly path: string
  readonly body?: Readable
  /** It is about all that is kept, not only the database: where no owner runs, all of it is opened, and mended as an owner would. */
  readonly needsState?: boolean
  /** Hangs up; then the answer breaks off. */
  readonly stop?: AbortSignal
}

export interface OwnerAnswer {
  readonly status: number
  readonly body: AsyncIterable<Uint8Array>
}

/** So long a service may start or stop, and another command may take, before nobody can be asked. */
const PATIENCE_MS = 10_000
const LOOK_EACH_MS = 200

/** EX_TEMPFAIL: the same may succeed later. */
const TRY_AGAIN = 75

/**
 * Asks the running owner of the state directory through its socket; where none runs, this process opens the database and answers
 * itself. One that is just starting, or another command that has the database, is waited for for some seconds. `read` must have read
 * the whole answer when it resolves. Throws CommandError where nobody can answer; its exit code is 75 where a later try may help.
 */
export async function askOwner<T>(
  settings: Settings,
  question: OwnerQuestion,
  read: (answer: OwnerAnswer) => Promise<T>,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const { socket } = stateFolders(settings.state)
  const patientUntil = performance.now() + patienceMs
  for (;;) {
    if (await isAnswering(socket)) return askRunning(socket, question, read)
    const opened = await openUnlessLocked(settings, question)
    if (opened !== null) return askOpened(opened, question, read)
    if (performance.now() > patientUntil) {
      throw new CommandError(
        `state is "${settings.state}": a service that is starting or stopping, or another command, has its database open; try again in a moment`,
        TRY_AGAIN,
      )
    }
    await sleep(LOOK_EACH_MS)
  }
}

type Opened = Awaited<ReturnType<typeof openCounts>>

/** Null where another process has the database. */
async function openUnlessLocked(settings: Settings, { needsState }: OwnerQuestion): Promise<Opened | null> {
  try {
    return await (needsState === true ? openAll(settings) : openCounts(settings))
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error
    if (error.kind === 'locked') return null
    throw new CommandError(error.message)
  }
}

async function askOpened<T>(
  { app, close }: Opened,
  question: OwnerQuestion,
  read: (answer: OwnerAnswer) => Promise<T>,
): Promise<T> {
  try {
    const body = question.body === undefined ? {} : { body: Readable.toWeb(question.body), duplex: 'half' as const }
    const answer = await app.request(`http://owner${question.path}`, { method: question.method, ...body })
    return await read({ status: answer.status, body: answer.body ?? noBytes() })
  } finally {
    await close()
  }
}

async function askRunning<T>(socketPath: string, question: OwnerQuestion, read: (answer: OwnerAnswer) => Promise<T>) {
  try {
    return await read(await overSocket(socketPath, question))
  } catch (error) {
    if (question.stop?.aborted === true || !isHungUp(error)) throw error
    throw new CommandError('the service ended before its answer did: ask again when it runs')
  }
}

async function openCounts(settings: Settings) {
  const folders = stateFolders(settings.state)
  await makeStateFolders(folders)
  const database = await openKeptDatabase(folders, Date.now())
  const archive = { root: folders.state, readings: new Readings() }
  const onImported = () => keepImports({ db: database, folder: folders.imported, exchange: folders.exchange })
  const app = commandApp({ database, archive, now: Date.now, onImported, hindsight: hindsightOf(settings) })
  return { app, close: () => database.close() }
}

async function openAll(settings: Settings) {
  const log = createLog({ level: 'error', role: 'command' })
  const folders = stateFolders(settings.state)
  const state = await openState(folders, log, Date.now, {
    keptAt: (segment) => keptRaw(settings, folders, segment),
    coverageToleranceMs: coveragePauseMs(settings),
  })
  const { database, write } = state
  const app = commandApp({
    database,
    archive: { root: folders.state, readings: write.readings },
    archiveWork: archiveWorkOf({ state, settings: () => settings, log }),
    now: Date.now,
    onImported: () => undefined,
  })
  return { app, close: () => state.close() }
}

/** Whether a service runs on the state directory. */
export function isOwnerRunning(settings: Settings): Promise<boolean> {
  return isAnswering(stateFolders(settings.state).socket)
}

async function isAnswering(socketPath: string): Promise<boolean> {
  try {
    const { status, body } = await overSocket(socketPath, { method: 'GET', path: '/ping' })
    // Read to its end: an answer that nobody reads holds its connection open, and this process with it.
    await text(body)
    return status === 200
  } catch (error) {
    if (isNotFound(error) || isRefused(error)) return false
    throw error
  }
}

function overSocket(socketPath: string, { method, path, body, stop }: OwnerQuestion): Promise<OwnerAnswer> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, method, path, signal: stop, agent: false }, (answer) =>
      resolve({ status: answer.statusCode ?? 0, body: answer }),
    )
    asked.on('error', reject)
    if (body === undefined) asked.end()
    else body.on('error', reject).pipe(asked)
  })
}

function isRefused(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED'
}

/** How it shows that the other side is gone: before the answer, in the middle of it, or while it is being asked. */
function isHungUp(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'ECONNRESET' || code === 'EPIPE' || code === 'ERR_STREAM_PREMATURE_CLOSE'
}

async function* noBytes(): AsyncGenerator<Uint8Array> {}
