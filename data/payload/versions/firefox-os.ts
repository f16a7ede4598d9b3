import { FIELD_NAMES } from '../../domain/dimension-schema.ts'
import type { DroppedPart } from '../dropped-parts.ts'
import { type JsonNode, type JsonObject, memberNamed, sourceOf } from '../json-text.ts'
import { textOf } from '../payload-dimensions.ts'
import { edited, prepended, withoutMembers } from '../text-edits.ts'
import { CONVERTED_CLASSIC, classicProblem } from './classic.ts'
import { infoDimensions, type Member, membersOf, memberText, merged, objectText, withUsualOs } from './info.ts'
import { fieldAt, histogramSections, type OwnValue, standsTwice, type VersionedPayload } from './versioned-payload.ts'

/**
 * Where a device says what other clients say in `info`: in members of the payload whose names hold a dot. Some builds
 * wrote the channel under the other name.
 */
const CHANNEL = ['deviceinfo.update_channel', 'app.update.channel']
const VERSION = ['deviceinfo.platform_version']
const BUILD = ['deviceinfo.platform_build_id']

const PING_ID = 'pingID'
const COUNTRY = '"geoCountry"'

export interface Sender {
  /** The submission's own id, from its path. */
  readonly documentId: string
  /** Where it was sent from, `??` where that can't be told; null where nobody looks. */
  readonly country: string | null
}

/**
 * Version 3, what a Firefox OS device sends at its first use (`ftu`). It becomes the classic form: an `info` is made from
 * what the device says of itself. Its ping id, by which pings of one device could be put together, goes.
 */
export function readFirefoxOs(text: string, root: JsonObject, versionNode: JsonNode, sender: Sender): VersionedPayload {
  const info = infoDimensions(text, root)
  const dimensions = {
    reason: { field: 'ver', value: 'ftu' },
    appName: { field: 'ver', value: 'FirefoxOS' },
    appVersion: deviceValue(text, root, VERSION) ?? info.appVersion,
    channel: deviceValue(text, root, CHANNEL) ?? info.channel,
    buildId: deviceValue(text, root, BUILD) ?? info.buildId,
  }
  return {
    problem: classicProblem(text, root) ?? standsTwice({ field: '', node: root }, [...CHANNEL, ...VERSION, ...BUILD]),
    dimensions,
    revision: fieldAt(root, 'info', 'revision'),
    os: fieldAt(root, 'info', 'OS'),
    sections: histogramSections(root, []),
    rewritten({ edits, dropped }) {
      const made = infoOf(text, root, dimensions, sender.country)
      return {
        payload: edited(text, [
          { start: versionNode.start, end: versionNode.end, text: CONVERTED_CLASSIC },
          ...withoutMembers(root, ({ name }) => name === PING_ID || name === 'info'),
          prepended(root, `"info":${objectText(made.members)}`),
          ...edits,
        ]),
        dropped: [...dropped, ...made.dropped, ...foreignPingIds(text, root, sender.documentId)],
      }
    },
  }
}

function deviceValue(text: string, root: JsonObject, names: readonly string[]): OwnValue | null {
  for (const field of names) {
    const node = memberNamed(root, field) ?? fieldAt(root, ...field.split('.')).node
    const value = textOf(text, node)
    if (value !== null) return { field, value }
  }
  return null
}

/** The classic `info`: the device's own word first, then what else an `info` that came says. */
function infoOf(
  text: string,
  root: JsonObject,
  dimensions: VersionedPayload['dimensions'],
  country: string | null,
): { members: readonly Member[]; dropped: readonly DroppedPart[] } {
  const own = DIMENSIONS.flatMap((dimension): Member[] => {
    const { value } = dimensions[dimension]
    return value === null ? [] : [{ name: JSON.stringify(FIELD_NAMES[dimension]), value: JSON.stringify(value) }]
  })
  const came = membersOf(text, memberNamed(root, 'info'))
  const knowsCountry = country === null || came.some(({ name }) => name === COUNTRY)
  const located = knowsCountry ? [] : [{ name: COUNTRY, value: JSON.stringify(country) }]
  const { kept, displaced } = merged([...own, ...came, ...located])
  const { members, renamed } = withUsualOs(kept)
  const replaced = renamed === null ? displaced : [...displaced, renamed]
  return { members, dropped: replaced.map((member) => ({ within: ['"info"'], member: memberText(member) })) }
}

const DIMENSIONS = ['reason', 'appName', 'appVersion', 'channel', 'buildId'] as const

/** The ping id is the document's own; one that isn't says something more, and isn't lost. */
function foreignPingIds(text: string, root: JsonObject, documentId: string): DroppedPart[] {
  return root.members
    .filter(({ name, value }) => name === PING_ID && textOf(text, value)?.toLowerCase() !== documentId)
    .map(({ value }) => ({ within: [], member: `"${PING_ID}":${sourceOf(text, value)}` }))
}
