/** What a text in the search box can be; several at once. */
export interface Wanted {
  readonly text: string
  /** In the form that addresses have; null: it is no document id. */
  readonly documentId: string | null
  /** `12`, `#12`, `incident 12`. */
  readonly incident: number | null
  /** The ids of builds are digits (a day at least). */
  readonly build: string | null
  /** Start of the day in UTC, where the digits are no more than that: builds of a day are looked for by it. */
  readonly buildDay: number | null
  /** Any text without spaces can be somebody's tag. */
  readonly debugTag: string | null
}

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i
const INCIDENT = /^(?:incident\s*)?#?\s*(\d{1,9})$/i
const BUILD = /^(?:build\s+)?(\d{8}|\d{10}|\d{14})$/i
/** As the receiver takes it, and the API. */
const TAG = /^\S{1,200}$/

export function wantedOf(q: string): Wanted {
  const text = q.trim()
  const documentId = UUID.test(text) ? dashed(text.replaceAll('-', '').toLowerCase()) : null
  const incident = INCIDENT.exec(text)?.[1]
  const build = BUILD.exec(text)?.[1] ?? null
  return {
    text,
    documentId,
    incident: incident === undefined ? null : Number(incident),
    build,
    buildDay: build?.length === 8 ? dayOf(build) : null,
    debugTag: documentId === null && TAG.test(text) ? text : null,
  }
}

/** `20140116`; null: no such day. */
function dayOf(digits: string): number | null {
  const time = Date.parse(digits.replace(/^(.{4})(.{2})(.{2})$/, '$1-$2-$3T00:00Z'))
  return Number.isNaN(time) ? null : time
}

function dashed(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
