import { z } from 'zod'
import type { SilenceRow } from '../data/incidents/silences.ts'
import { type Silence, SilenceSchema, silenceEnd } from './silence.ts'

export function silenceRow(silence: Silence): SilenceRow {
  return { id: silence.id, endedAt: silenceEnd(silence), body: JSON.stringify(silence) }
}

/** Throws where the body isn't a silence: only another version of Tidewatch can have written it. */
export function parseSilence({ id, body }: Pick<SilenceRow, 'id' | 'body'>): Silence {
  const parsed = SilenceSchema.safeParse(JSON.parse(body))
  if (parsed.success) return parsed.data
  throw new Error(`silence ${id} can't be read from the database: ${z.prettifyError(parsed.error)}`)
}
