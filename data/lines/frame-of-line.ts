import { z } from 'zod'
import { UNKNOWN } from '../domain/dimensions.ts'
import { type EpochMs, HOUR_MS, startOfDay } from '../domain/time.ts'
import type { LineFileName } from './line-file-name.ts'

/** A line that is no submission. */
export interface BadLine {
  readonly kind: 'bad'
  readonly why: string
}

export interface LineFrame {
  readonly kind: 'frame'
  readonly receivedAt: EpochMs
  /** As frames of 2013 have it, without `/submit/telemetry/`. */
  readonly path: string
  readonly body: Buffer
}

const TAB = 0x09
const LONGEST_ID = 64

/**
 * Makes a frame of a line `<document id><tab><json>`. The json is kept to the byte, whatever it is.
 *
 * The archive of 2013 kept the day of receipt and not its time. A payload that says when it was made (`creationDate`, of unified
 * ones) is believed where that is on the day of the file, or where the file's name has none; all others are taken for midday. Without
 * either a line can't be counted.
 *
 * The path has those dimensions that the payload lacks, and `UNKNOWN` for the others: the file's names are no contradiction, they had
 * lost characters.
 */
export function frameOfLine(line: Buffer, { day, dimensions }: LineFileName): LineFrame | BadLine {
  const tab = line.indexOf(TAB)
  if (tab === -1) return { kind: 'bad', why: 'it has no tab' }
  const id = line.subarray(0, tab).toString('latin1').trim()
  if (id === '' || id.length > LONGEST_ID)
    return { kind: 'bad', why: `${JSON.stringify(id.slice(0, 100))} is no document id` }
  const body = line.subarray(tab + 1)
  const payload = readPayload(body)
  const receivedAt = timeOf(payload, day)
  if (receivedAt === null) return { kind: 'bad', why: 'neither the name of the file nor the payload says when it came' }
  const part = (has: unknown, value: string | undefined) =>
    encodeURIComponent(has !== undefined || value === undefined ? UNKNOWN : value)
  const info = payload.info ?? {}
  const application = payload.application ?? {}
  const parts = [
    part(info.reason ?? payload.type, dimensions?.reason),
    part(info.appName ?? application.name, dimensions?.appName),
    part(info.appVersion ?? application.version, dimensions?.appVersion),
    part(info.appUpdateChannel ?? application.channel, dimensions?.channel),
    part(info.appBuildID ?? application.buildId, dimensions?.buildId),
  ]
  return { kind: 'frame', receivedAt, path: [encodeURIComponent(id), ...parts].join('/'), body }
}

const payloadSchema = z.looseObject({
  creationDate: z.string().optional(),
  type: z.unknown().optional(),
  info: z.record(z.string(), z.unknown()).optional(),
  application: z.record(z.string(), z.unknown()).optional(),
})

function readPayload(body: Buffer): z.infer<typeof payloadSchema> {
  try {
    return payloadSchema.parse(JSON.parse(body.toString('utf8')))
  } catch {
    return { type: undefined }
  }
}

const EARLIEST = Date.UTC(2000, 0, 1)
const LATEST = Date.UTC(2200, 0, 1)

function timeOf({ creationDate }: { readonly creationDate?: string | undefined }, day: EpochMs | null): EpochMs | null {
  const said = creationDate === undefined ? Number.NaN : Date.parse(creationDate)
  const isUsable = said >= EARLIEST && said < LATEST
  if (day === null) return isUsable ? said : null
  return isUsable && startOfDay(said) === day ? said : day + 12 * HOUR_MS
}
