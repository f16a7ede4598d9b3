import { type JsonNode, type JsonObject, memberNamed, sourceOf } from '../json-text.ts'
import { readClassic } from './classic.ts'
import { readFirefoxOs, type Sender } from './firefox-os.ts'
import { readUnified } from './unified.ts'
import { readUnifiedConverted } from './unified-converted.ts'
import type { VersionedPayload } from './versioned-payload.ts'

/** 1 raw, 2 converted; 3 Firefox OS, becomes 2; 4 unified, becomes 5. */
export type PayloadVersion = 1 | 2 | 3 | 4 | 5

export interface KnownVersion {
  readonly kind: 'known'
  readonly number: PayloadVersion
  /** Where it is written. */
  readonly node: JsonNode
}

/** The version that a payload names: in `ver`, or, unified ones, in `version`. `value`: what stands there instead. */
export function versionOf(text: string, root: JsonObject): KnownVersion | { kind: 'unknown'; value: string } {
  const node = memberNamed(root, 'ver') ?? memberNamed(root, 'version')
  if (node === null) return { kind: 'unknown', value: 'absent' }
  const number = node.kind === 'number' ? Number(sourceOf(text, node)) : null
  switch (number) {
    case 1:
    case 2:
    case 3:
    case 4:
    case 5:
      return { kind: 'known', number, node }
    default:
      return { kind: 'unknown', value: sourceOf(text, node) }
  }
}

/** All that is decided by the version is decided here and in the version's own file. */
export function readVersion(
  { number, node }: KnownVersion,
  text: string,
  root: JsonObject,
  sender: Sender,
): VersionedPayload {
  switch (number) {
    case 1:
    case 2:
      return readClassic(text, root, node)
    case 3:
      return readFirefoxOs(text, root, node, sender)
    case 4:
      return readUnified(text, root, node)
    case 5:
      return readUnifiedConverted(text, root)
  }
}
