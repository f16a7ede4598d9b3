import { FIELD_NAMES } from '../../domain/dimension-schema.ts'
import type { DroppedPart } from '../dropped-parts.ts'
import { type JsonNode, memberNamed, sourceOf, stringOf } from '../json-text.ts'
import { textOf } from '../payload-dimensions.ts'
import type { Edit } from '../text-edits.ts'
import { fieldAt, type OwnValue, type VersionedPayload } from './versioned-payload.ts'

/** Members of `info` that conversion reads. */
export const READ_INFO = [...Object.values(FIELD_NAMES), 'revision', 'OS']

/** Dimensions as `info` has them. */
export function infoDimensions(text: string, root: JsonNode): VersionedPayload['dimensions'] {
  const own = (name: string): OwnValue => {
    const { field, node } = fieldAt(root, 'info', name)
    return { field, value: textOf(text, node) }
  }
  return {
    reason: own(FIELD_NAMES.reason),
    appName: own(FIELD_NAMES.appName),
    appVersion: own(FIELD_NAMES.appVersion),
    channel: own(FIELD_NAMES.channel),
    buildId: own(FIELD_NAMES.buildId),
  }
}

/** Builds named the same system in several ways; what readers of the archive ask for is `WINNT`. */
export function normalOs(os: string): string {
  return os.startsWith('Windows_') ? 'WINNT' : os
}

/** Gives the system in `info.OS` its usual name; what stood there goes beside the payload. */
export function osRenamed(text: string, root: JsonNode): { edits: Edit[]; dropped: DroppedPart[] } {
  const node = fieldAt(root, 'info', 'OS').node
  if (node?.kind !== 'string') return { edits: [], dropped: [] }
  const os = stringOf(text, node)
  if (normalOs(os) === os) return { edits: [], dropped: [] }
  return {
    edits: [{ start: node.start, end: node.end, text: JSON.stringify(normalOs(os)) }],
    dropped: [{ within: ['"info"'], member: `"OS":${sourceOf(text, node)}` }],
  }
}

/** A member in the making; name and value as they stand in JSON. */
export interface Member {
  readonly name: string
  readonly value: string
}

/** Members of `node` as they came; none where it is no object. */
export function membersOf(text: string, node: JsonNode | null): Member[] {
  if (node?.kind !== 'object') return []
  return node.members.map(({ name, value }) => ({ name: JSON.stringify(name), value: sourceOf(text, value) }))
}

/** `"name":value` of each field that `holder` has: names on the left are what the member is called. */
export function membersFrom(
  text: string,
  holder: JsonNode | null,
  fields: Readonly<Record<string, readonly string[]>>,
) {
  return Object.entries(fields).flatMap(([name, path]): Member[] => {
    let node = holder
    for (const part of path) node = memberNamed(node, part)
    if (node === null || node.kind === 'null') return []
    return [{ name: JSON.stringify(name), value: sourceOf(text, node) }]
  })
}

/** An object in the making, where of several members of one name the first stays. */
export interface MergedMembers {
  readonly kept: readonly Member[]
  /** Those whose place was taken by another value. */
  readonly displaced: readonly Member[]
}

export function merged(members: readonly Member[]): MergedMembers {
  const kept = new Map<string, Member>()
  const displaced: Member[] = []
  for (const member of members) {
    const first = kept.get(member.name)
    if (first === undefined) kept.set(member.name, member)
    else if (first.value !== member.value) displaced.push(member)
  }
  return { kept: [...kept.values()], displaced }
}

/** `members` with the usual name of the system; `renamed`: the member that had another. */
export function withUsualOs(members: readonly Member[]): { members: Member[]; renamed: Member | null } {
  let renamed: Member | null = null
  const usual = members.map((member) => {
    if (member.name !== '"OS"' || !member.value.startsWith('"')) return member
    const os = String(JSON.parse(member.value))
    if (normalOs(os) === os) return member
    renamed = member
    return { name: member.name, value: JSON.stringify(normalOs(os)) }
  })
  return { members: usual, renamed }
}

export function memberText({ name, value }: Member): string {
  return `${name}:${value}`
}

export function objectText(members: readonly Member[]): string {
  return `{${members.map(memberText).join(',')}}`
}
