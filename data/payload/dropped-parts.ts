/** A member, as it came, that a converted payload doesn't have any more, and the names of what it stood in, in quotes. */
export interface DroppedPart {
  /** `['"histograms"']` */
  readonly within: readonly string[]
  /** `"NAME":…` */
  readonly member: string
}

/** What was taken out or replaced as one JSON object: `{"histograms":{"NAME":…}}`; empty where nothing was. */
export function droppedText(parts: readonly DroppedPart[]): string {
  return parts.length === 0 ? '' : objectOf(parts, 0)
}

function objectOf(parts: readonly DroppedPart[], depth: number): string {
  const nested = new Map<string, DroppedPart[]>()
  const members: string[] = []
  for (const part of parts) {
    const name = part.within[depth]
    if (name === undefined) {
      members.push(part.member)
      continue
    }
    const inside = nested.get(name)
    if (inside === undefined) nested.set(name, [part])
    else inside.push(part)
  }
  for (const [name, inside] of nested) members.push(`${name}:${objectOf(inside, depth + 1)}`)
  return `{${members.join(',')}}`
}
