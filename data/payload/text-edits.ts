import type { JsonMember, JsonObject } from './json-text.ts'

/** `text` instead of what stands from `start` to one before `end`. */
export interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** What stands from `start` to one before `end`, with those of `edits` that lie within; they don't overlap. */
export function edited(text: string, edits: readonly Edit[], start = 0, end = text.length): string {
  const parts: string[] = []
  let at = start
  // Where something is put in and something else taken out at one place, what is put in comes first.
  for (const edit of [...edits].sort((a, b) => a.start - b.start || a.end - b.end)) {
    if (edit.start < start || edit.end > end) continue
    parts.push(text.slice(at, edit.start), edit.text)
    at = edit.end
  }
  parts.push(text.slice(at, end))
  return parts.join('')
}

/** Puts `member` (`"name":value`) before the others of `object`, which must have some that stay. */
export function prepended(object: JsonObject, member: string): Edit {
  return { start: object.start + 1, end: object.start + 1, text: `${member},` }
}

/** Takes out the members that `isRemoved` picks, each with a comma; one member at least must stay. */
export function withoutMembers(object: JsonObject, isRemoved: (member: JsonMember) => boolean): Edit[] {
  const { members } = object
  const edits: Edit[] = []
  let stayed: JsonMember | null = null
  for (const [place, member] of members.entries()) {
    if (!isRemoved(member)) {
      stayed = member
      continue
    }
    const next = members[place + 1]
    if (next !== undefined) edits.push({ start: member.nameStart, end: next.nameStart, text: '' })
    else edits.push({ start: stayed?.value.end ?? object.start + 1, end: member.value.end, text: '' })
  }
  return merged(edits)
}

/** The last member's comma stands before it, so its removal may reach back over removals before it. */
function merged(edits: readonly Edit[]): Edit[] {
  const last = edits.at(-1)
  return last === undefined ? [] : [...edits.slice(0, -1).filter((edit) => edit.end <= last.start), last]
}
