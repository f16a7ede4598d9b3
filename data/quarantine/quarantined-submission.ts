import { join } from 'node:path'
import { z } from 'zod'
import { readArchiveFiles } from '../archive/archive-files.ts'
import { ARCHIVED_ROWS } from '../archive/read-parts.ts'
import type { Database } from '../counts/database.ts'
import type { Params, Row } from '../counts/values.ts'
import type { EpochMs } from '../domain/time.ts'
import { filesOf, type KeptChoice, mendable, rowsOf } from '../reprocess/choice.ts'
import type { ReadableArchive } from './readable-archive.ts'

/** A submission in the quarantine, with all that is known of it. */
export interface QuarantinedSubmission {
  readonly segment: string
  readonly frame: number
  readonly receivedAt: EpochMs
  readonly documentId: string
  readonly channel: string
  readonly reason: string
  readonly appName: string
  readonly appVersion: string
  readonly buildId: string
  readonly outcome: string
  readonly problem: string
  readonly problems: readonly string[]
  /** As ProblemCause; unknown here: it is only shown. */
  readonly causes: unknown
  readonly automation: boolean
  readonly attributes: unknown
  readonly converterVersion: string
  readonly path: string
  readonly headers: unknown
  /** Exactly as received. */
  readonly body: Uint8Array
}

const COLUMNS = `segment, frame, received_at, document_id, channel, reason, app_name, app_version, build_id, outcome, problem,
  problems, causes, automation, attributes, converter_version, path, headers, body`

/** One named by its document id (all of that id), or by `<segment>/<frame>`. Newest first, at most 100. */
export async function findQuarantined(
  db: Pick<Database, 'read'>,
  { root, readings }: ReadableArchive,
  name: string,
): Promise<QuarantinedSubmission[]> {
  const [, segment, frame] = /^(.+)\/(\d{1,10})$/.exec(name) ?? []
  const where = segment === undefined ? 'document_id = $name' : 'segment = $segment and frame = $frame'
  const params: Params = segment === undefined ? { name: name.toLowerCase() } : { segment, frame: Number(frame) }
  return readings.during(async () => {
    const files = (await readArchiveFiles(db, { keep: 'quarantine' })).map((file) => join(root, file.name))
    if (files.length === 0) return []
    return db.read(
      `select ${COLUMNS} from ${ARCHIVED_ROWS} where ${where} order by received_at desc limit 100`,
      { ...params, files },
      submission,
    )
  })
}

/** All of the choice, file by file, in the order of their receipt within each; in memory there is never more than some. */
export async function* readQuarantined(
  db: Pick<Database, 'read' | 'readBatches'>,
  { root, readings }: ReadableArchive,
  choice: KeptChoice,
): AsyncGenerator<QuarantinedSubmission> {
  const problems = mendable(choice, 'quarantine')
  if (problems.length === 0) return
  const { where, params } = rowsOf(choice, problems)
  const end = readings.begin()
  try {
    for (const { name } of await readArchiveFiles(db, filesOf(choice, 'quarantine', problems))) {
      const batches = db.readBatches(
        `select ${COLUMNS} from ${ARCHIVED_ROWS} where ${where} order by received_at, segment, frame`,
        { ...params, files: [join(root, name)] },
        submission,
      )
      for await (const batch of batches) yield* batch
    }
  } finally {
    end()
  }
}

const json = z.string().transform((text): unknown => (text === '' ? [] : JSON.parse(text)))

function submission(row: Row): QuarantinedSubmission {
  return {
    segment: row.text('segment'),
    frame: row.number('frame'),
    receivedAt: row.number('received_at'),
    documentId: row.text('document_id'),
    channel: row.text('channel'),
    reason: row.text('reason'),
    appName: row.text('app_name'),
    appVersion: row.text('app_version'),
    buildId: row.text('build_id'),
    outcome: row.text('outcome'),
    problem: row.text('problem'),
    problems: row.texts('problems'),
    causes: json.parse(row.text('causes')),
    automation: row.boolean('automation'),
    attributes: json.parse(row.text('attributes')),
    converterVersion: row.text('converter_version'),
    path: row.text('path'),
    headers: json.parse(row.text('headers')),
    body: row.bytes('body'),
  }
}
