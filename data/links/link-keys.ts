import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { EpochMs } from '../domain/time.ts'
import { writeFileDurably } from '../files/durable.ts'
import { isNotFound } from '../files/is-not-found.ts'

const KEY_BYTES = 32

const LinkKeysSchema = z.object({
  key: z.string().refine((text) => Buffer.from(text, 'base64url').length === KEY_BYTES),
  madeAt: z.number(),
  /** By incident: links made before this time are no good any more. */
  revoked: z.record(z.string().regex(/^\d+$/), z.number()),
})

/** What signs the links in mails, and which of them were taken back. Whoever has the key can act in anybody's name. */
export interface LinkKeys {
  readonly key: Buffer
  readonly madeAt: EpochMs
  readonly revoked: ReadonlyMap<number, EpochMs>
}

/**
 * Reads the file, so that what a command changed holds at once. Where there is none it is made: with a new key, which no
 * older link fits. Throws where it is there and isn't one: making a new one would end all links without a word.
 */
export async function readLinkKeys(path: string, now: EpochMs): Promise<LinkKeys> {
  try {
    return parse(await readFile(path, 'utf8'), path)
  } catch (error) {
    if (!isNotFound(error)) throw error
    return rotateLinkKey(path, now)
  }
}

/** A new key: every link that was ever mailed ends. */
export async function rotateLinkKey(path: string, now: EpochMs): Promise<LinkKeys> {
  const keys = { key: randomBytes(KEY_BYTES), madeAt: now, revoked: new Map() }
  await write(path, keys)
  return keys
}

/** Links to this incident that were made up to now end; those in later mails work. */
export async function revokeLinksOf(path: string, incident: number, now: EpochMs): Promise<void> {
  const keys = await readLinkKeys(path, now)
  await write(path, { ...keys, revoked: new Map([...keys.revoked, [incident, now]]) })
}

function parse(text: string, path: string): LinkKeys {
  const parsed = LinkKeysSchema.safeParse(jsonOrNull(text))
  if (!parsed.success) {
    throw new Error(`${path} holds no key for the links in mails: restore it, or remove it, which ends all links`)
  }
  const { key, madeAt, revoked } = parsed.data
  const ends = Object.entries(revoked).map(([incident, at]): [number, EpochMs] => [Number(incident), at])
  return { key: Buffer.from(key, 'base64url'), madeAt, revoked: new Map(ends) }
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function write(path: string, { key, madeAt, revoked }: LinkKeys): Promise<void> {
  const body = { key: key.toString('base64url'), madeAt, revoked: Object.fromEntries(revoked) }
  return writeFileDurably(path, `${JSON.stringify(body, null, 2)}\n`, 0o600)
}
