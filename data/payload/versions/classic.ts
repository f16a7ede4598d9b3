import type { JsonNode, JsonObject } from '../json-text.ts'
import { edited } from '../text-edits.ts'
import { infoDimensions, osRenamed, READ_INFO } from './info.ts'
import { fieldAt, histogramSections, noObject, standsTwice, type VersionedPayload } from './versioned-payload.ts'

/** Members of the payload that conversion reads. */
export const READ_MEMBERS = ['ver', 'version', 'info', 'histograms', 'keyedHistograms']

/**
 * Version 1, as clients wrote it until 2015, and version 2, what becomes of it: `info` says who sent it, `histograms`
 * stands beside. `versionNode`: where the number is written.
 */
export function readClassic(text: string, root: JsonObject, versionNode: JsonNode): VersionedPayload {
  return {
    problem: classicProblem(text, root),
    dimensions: infoDimensions(text, root),
    revision: fieldAt(root, 'info', 'revision'),
    os: fieldAt(root, 'info', 'OS'),
    sections: histogramSections(root, []),
    rewritten({ edits, dropped }) {
      const os = osRenamed(text, root)
      const version = { start: versionNode.start, end: versionNode.end, text: CONVERTED_CLASSIC }
      return {
        payload: edited(text, [version, ...edits, ...os.edits]),
        dropped: [...dropped, ...os.dropped],
      }
    },
  }
}

/** The version of a converted payload of the classic form. */
export const CONVERTED_CLASSIC = '2'

/** What makes a payload of the classic form none: parts of another kind, or parts that stand twice and contradict. */
export function classicProblem(text: string, root: JsonObject): VersionedPayload['problem'] {
  return (
    noObject(text, [fieldAt(root, 'info'), fieldAt(root, 'histograms'), fieldAt(root, 'keyedHistograms')]) ??
    standsTwice({ field: '', node: root }, READ_MEMBERS) ??
    standsTwice(fieldAt(root, 'info'), READ_INFO)
  )
}
