import type { EpochMs } from '../domain/time.ts'
import { SEGMENT_ID_BYTES } from './frame.ts'
import type { ProcessIdentity } from './process-identity.ts'
import { IDENTITY_PATTERN } from './process-identity.ts'

/** What a `v3` segment's name tells, and its header again: either can be lost without the other. */
export interface SegmentIdentity {
  /** Name of the receiver: lower-case letters, digits, `.`, `_`, `-`. */
  readonly receiver: string
  /** No frame of the segment was received before it, nor any of a later segment of the same receiver. */
  readonly createdAt: EpochMs
  readonly writer: ProcessIdentity
  /** Random, in hexadecimal digits: makes the name unique, marks and seeds the frames. */
  readonly id: string
}

/** How receivers may be named: a name is part of file names. */
export const RECEIVER_NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/

/** `<receiver>-<created ms>-<pid>.<start>-<id>.v3`: never given twice. */
export function segmentName({ receiver, createdAt, writer, id }: SegmentIdentity): string {
  return `${receiver}-${createdAt}-${writer}-${id}.v3`
}

/** Null for names that this service didn't give. */
export function parseSegmentName(name: string): SegmentIdentity | null {
  const groups = NAME.exec(name)?.groups
  if (groups === undefined) return null
  const { receiver = '', createdAt, writer = '', id = '' } = groups
  return { receiver, createdAt: Number(createdAt), writer, id }
}

/** 1 or 2 for logs of the 2013 server, by their names: `telemetry.log.v1.host.pid.time.finished`, `telemetry1.v1.log`. */
export function oldVersionOf(name: string): 1 | 2 | null {
  const version = /\.v([12])(?:\.|$)/.exec(name)?.[1]
  return version === undefined ? null : version === '1' ? 1 : 2
}

const NAME = new RegExp(
  `^(?<receiver>[a-z0-9][a-z0-9._-]{0,62})-(?<createdAt>[0-9]{1,15})-(?<writer>${IDENTITY_PATTERN})` +
    `-(?<id>[0-9a-f]{${2 * SEGMENT_ID_BYTES}})\\.v3$`,
)
