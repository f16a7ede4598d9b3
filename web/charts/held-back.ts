import type { AnnotationAnswer, IncidentAnswer, SilencesAnswer } from '../../server/api/types.ts'

/** A stretch in which mails about a channel, or about one of its incidents, were held back. */
export interface HeldBack {
  readonly key: string
  readonly from: number
  /** Infinity: with its incident, which goes on. */
  readonly to: number
  /** What is said of it: `silenced by sam, only invalid: we know`. */
  readonly text: string
  /** The incident that it is about; null: whatever fits. */
  readonly incident: number | null
}

interface HeldBackInput {
  readonly silences: readonly SilencesAnswer['silences'][number][]
  readonly annotations: readonly AnnotationAnswer[]
  readonly incidents: readonly Pick<IncidentAnswer, 'id'>[]
  readonly channel: string
}

/** Silences of a channel, of one of `incidents`, or of all, and maintenance; by beginning. */
export function heldBack({ silences, annotations, incidents, channel }: HeldBackInput): readonly HeldBack[] {
  const known = new Set(incidents.map(({ id }) => id))
  const silenced = silences
    .filter(({ matcher }) => matcher.channel === undefined || matcher.channel === channel)
    .filter(({ matcher }) => matcher.incident === undefined || known.has(Number(matcher.incident)))
    .map((silence): HeldBack => {
      const end = silence.ended_at ?? silence.until
      return {
        key: `silence ${silence.id}`,
        from: Date.parse(silence.from),
        to: end === null ? Number.POSITIVE_INFINITY : Date.parse(end),
        text: silenceWords(silence),
        incident: silence.matcher.incident === undefined ? null : Number(silence.matcher.incident),
      }
    })
  const maintenance = annotations
    .filter(({ kind, to }) => kind === 'maintenance' && to !== null)
    .map(
      ({ id, from, to, text }, index): HeldBack => ({
        key: `maintenance ${id ?? `calendar ${index}`}`,
        from: Date.parse(from),
        to: Date.parse(to ?? from),
        text: `maintenance, nothing mailed: ${text}`,
        incident: null,
      }),
    )
  return [...silenced, ...maintenance].sort((a, b) => a.from - b.from)
}

const MATCHER_WORDS: Readonly<Record<string, string>> = { buildId: 'build' }

function silenceWords({ matcher, author, reason }: SilencesAnswer['silences'][number]): string {
  const parts = Object.entries(matcher)
    .filter(([name]) => name !== 'channel')
    .map(([name, value]) => `${MATCHER_WORDS[name] ?? name} ${value}`)
  const what = parts.length === 0 ? '' : `, ${parts.join(', ')} only`
  return `silenced by ${author}${what}${reason === '' ? '' : `: ${reason}`}`
}
