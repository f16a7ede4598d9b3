import type { DroppedPart } from '../dropped-parts.ts'
import { type JsonNode, type JsonObject, memberNamed, sourceOf } from '../json-text.ts'
import { type Edit, edited } from '../text-edits.ts'
import { applicationInfo, environmentInfo } from './application-info.ts'
import { type Member, membersOf, memberText, merged, objectText, withUsualOs } from './info.ts'

/** What becomes of version 4. */
export const CONVERTED_UNIFIED = '5'

export interface FoldedSession {
  readonly edits: readonly Edit[]
  readonly dropped: readonly DroppedPart[]
}

/**
 * A unified `saved-session` as what it was before: what `payload` holds moves to the top, where analyses of the classic
 * form look for it, and an `info` is made of application, payload and environment. `application` and `environment` stay.
 * A name that the top has already gets `payload.` before it; `payload.ver` always, as the top has a `ver` of its own.
 * `sections`: what becomes of the histograms, where they stood.
 */
export function foldSavedSession(text: string, root: JsonObject, sections: readonly Edit[]): FoldedSession {
  const payload = root.members.find(({ name }) => name === 'payload')
  if (payload === undefined) return { edits: [], dropped: [] }
  const info = infoOf(text, root, payload.value)
  const hoisted = hoistedMembers(text, root, payload.value, sections)
  const members = [
    { name: '"info"', value: objectText(info.members) },
    ...(memberNamed(root, 'ver') === null ? [{ name: '"ver"', value: CONVERTED_UNIFIED }] : []),
    ...clientId(text, root, hoisted.kept),
    ...hoisted.kept,
  ]
  return {
    edits: [{ start: payload.nameStart, end: payload.value.end, text: members.map(memberText).join(',') }],
    dropped: [
      ...hoisted.dropped.map((member) => ({ within: ['"payload"'], member: memberText(member) })),
      ...info.dropped.map((member) => ({ within: ['"payload"', '"info"'], member: memberText(member) })),
    ],
  }
}

function infoOf(text: string, root: JsonObject, payload: JsonNode) {
  const own = merged([...applicationInfo(text, root), ...membersOf(text, memberNamed(payload, 'info'))])
  const session = withUsualOs(own.kept)
  // The environment stays in the payload, so what finds its place taken isn't lost.
  const { members } = withUsualOs(environmentInfo(text, memberNamed(root, 'environment')))
  return {
    members: merged([...session.members, ...members]).kept,
    dropped: session.renamed === null ? own.displaced : [...own.displaced, session.renamed],
  }
}

/** Names that the converted payload has already, whatever else it holds. */
const TAKEN = ['info', 'ver', 'clientID']

function hoistedMembers(text: string, root: JsonObject, payload: JsonNode, sections: readonly Edit[]) {
  const kept: Member[] = []
  const dropped: Member[] = []
  const taken = new Set([...TAKEN, ...root.members.map(({ name }) => name)])
  for (const { name, value } of payload.kind === 'object' ? payload.members : []) {
    if (name === 'info') continue
    const source = edited(text, sections, value.start, value.end)
    const free = [name, `payload.${name}`].find((candidate) => !taken.has(candidate))
    if (free === undefined) {
      dropped.push({ name: JSON.stringify(name), value: sourceOf(text, value) })
    } else {
      taken.add(free)
      kept.push({ name: JSON.stringify(free), value: source })
    }
  }
  return { kept, dropped }
}

/** Classic payloads spelt it in another way; the unified one stays beside it. */
function clientId(text: string, root: JsonObject, hoisted: readonly Member[]): Member[] {
  if (memberNamed(root, 'clientID') !== null) return []
  const own = memberNamed(root, 'clientId')
  const value = own === null ? hoisted.find(({ name }) => name === '"clientId"')?.value : sourceOf(text, own)
  return value === undefined ? [] : [{ name: '"clientID"', value }]
}
