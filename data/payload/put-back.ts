import { type DroppedPart, droppedText } from './dropped-parts.ts'
import { type JsonMember, type JsonObject, memberNamed, repeatedNames, scanJson } from './json-text.ts'
import { type Edit, edited } from './text-edits.ts'

export interface PutBack {
  /** To be converted like one that comes from a client. */
  readonly payload: string
  /** What isn't a histogram that was taken out: it stays beside. */
  readonly dropped: string
}

/**
 * A converted payload with the histograms that were taken out of it in their places again, as they came: what is defined
 * by now becomes compact when the payload is converted again. Both texts are the archive's; throws where they aren't
 * objects.
 */
export function putBack(payload: string, dropped: string): PutBack {
  if (dropped === '') return { payload, dropped }
  const root = objectIn(payload)
  const left: DroppedPart[] = []
  const insertions = new Map<JsonObject, DroppedPart[]>()
  for (const part of partsOf(dropped)) {
    const place = placeIn(root, part)
    if (place === null) left.push(part)
    else insertions.set(place.object, [...(insertions.get(place.object) ?? []), { ...part, within: place.within }])
  }
  const edits = [...insertions].map(([object, parts]) => insertion(object, parts))
  return { payload: edited(payload, edits), dropped: droppedText(left) }
}

/** What stands beside a payload that was converted again: what was left there, and what was taken out anew. */
export function joinDropped(left: string, anew: string): string {
  return droppedText([...partsOf(left), ...partsOf(anew)])
}

interface NamedPart extends DroppedPart {
  readonly name: string
  /** The names of `within`. */
  readonly path: readonly string[]
}

const HISTOGRAMS = 'histograms'
const KEYED = 'keyedHistograms'
const CONTAINERS = ['payload', 'info', HISTOGRAMS, KEYED]

/** The parts that `dropped` was made of. */
function partsOf(dropped: string): NamedPart[] {
  return dropped === '' ? [] : partsIn(dropped, objectIn(dropped), [], [])
}

function partsIn(text: string, object: JsonObject, path: readonly string[], within: readonly string[]): NamedPart[] {
  const repeated = repeatedNames(object)
  return object.members.flatMap((member): NamedPart[] => {
    const { name, nameStart, nameEnd, value } = member
    // What stood there twice was taken out whole, and is to stand there twice again.
    if (isContainer(member, path) && value.kind === 'object' && !repeated.has(name)) {
      return partsIn(text, value, [...path, name], [...within, text.slice(nameStart, nameEnd)])
    }
    return [{ name, path, within, member: text.slice(nameStart, value.end) }]
  })
}

/** Whether parts were taken out of it, and not itself; one level of keys stands below a keyed histogram. */
function isContainer({ name, value }: JsonMember, path: readonly string[]): boolean {
  if (value.kind !== 'object' || value.members.length === 0) return false
  return (
    path.at(-1) === KEYED ||
    ((path.length === 0 || path[0] === 'payload') && path.length < 2 && CONTAINERS.includes(name))
  )
}

/**
 * The object of `root` that lacks the part, and what the part must stand in there: a keyed histogram whose last key was taken out
 * isn't there any more. Null: it is no histogram, or the payload has one of its name.
 */
function placeIn(
  root: JsonObject,
  { path, within, name }: NamedPart,
): { object: JsonObject; within: readonly string[] } | null {
  const keyedAt = path.indexOf(KEYED)
  if (keyedAt === -1 && path.at(-1) !== HISTOGRAMS) return null
  const section = objectAt(root, keyedAt === -1 ? path : path.slice(0, keyedAt + 1))
  if (section === null) return null
  const histogram = keyedAt === -1 ? undefined : path[keyedAt + 1]
  const own = histogram === undefined ? section : memberNamed(section, histogram)
  if (own === null) return { object: section, within: within.slice(keyedAt + 1) }
  return own.kind !== 'object' || memberNamed(own, name) !== null ? null : { object: own, within: [] }
}

function insertion(object: JsonObject, parts: readonly DroppedPart[]): Edit {
  const at = object.end - 1
  const members = droppedText(parts).slice(1, -1)
  return { start: at, end: at, text: object.members.length === 0 ? members : `,${members}` }
}

function objectAt(root: JsonObject, path: readonly string[]): JsonObject | null {
  let node: JsonObject = root
  for (const name of path) {
    const next = memberNamed(node, name)
    if (next?.kind !== 'object') return null
    node = next
  }
  return node
}

/** It was read within the limits of conversion before it was archived. */
const NO_LIMITS = { maxDepth: 1000, maxValues: Number.MAX_SAFE_INTEGER }

function objectIn(text: string): JsonObject {
  const scan = scanJson(text, NO_LIMITS)
  if (scan.kind === 'bad') throw new Error(`no JSON: ${scan.what} at character ${scan.offset}`)
  if (scan.root.kind !== 'object') throw new Error(`${scan.root.kind} instead of an object`)
  return scan.root
}
