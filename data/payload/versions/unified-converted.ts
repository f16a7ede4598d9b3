import { type JsonObject, memberNamed } from '../json-text.ts'
import { edited } from '../text-edits.ts'
import { infoDimensions, osRenamed, READ_INFO } from './info.ts'
import { applicationDimensions } from './unified.ts'
import {
  type Field,
  fieldAt,
  histogramSections,
  noObject,
  type OwnValue,
  standsTwice,
  type VersionedPayload,
} from './versioned-payload.ts'

const READ_MEMBERS = ['ver', 'version', 'type', 'application', 'payload', 'info', 'histograms', 'keyedHistograms']
const READ_PAYLOAD = ['info', 'histograms', 'keyedHistograms']

/** Version 5: a unified submission that was converted already. Its histograms stand in the payload or, folded, at the top. */
export function readUnifiedConverted(text: string, root: JsonObject): VersionedPayload {
  const info = infoDimensions(text, root)
  const application = applicationDimensions(text, root)
  const either = (dimension: keyof typeof info): OwnValue =>
    info[dimension].value === null ? application[dimension] : info[dimension]
  const payload = memberNamed(root, 'payload')
  return {
    problem: shapeProblem(text, root),
    dimensions: {
      reason: either('reason'),
      appName: either('appName'),
      appVersion: either('appVersion'),
      channel: either('channel'),
      buildId: either('buildId'),
    },
    revision: present(fieldAt(root, 'info', 'revision'), fieldAt(root, 'payload', 'info', 'revision')),
    os: present(fieldAt(root, 'info', 'OS'), fieldAt(root, 'environment', 'system', 'os', 'name')),
    sections: [...histogramSections(root, []), ...histogramSections(payload, ['payload'])],
    rewritten({ edits, dropped }) {
      const os = osRenamed(text, root)
      return { payload: edited(text, [...edits, ...os.edits]), dropped: [...dropped, ...os.dropped] }
    },
  }
}

function shapeProblem(text: string, root: JsonObject): VersionedPayload['problem'] {
  return (
    noObject(text, [
      fieldAt(root, 'info'),
      fieldAt(root, 'application'),
      fieldAt(root, 'histograms'),
      fieldAt(root, 'keyedHistograms'),
    ]) ??
    standsTwice({ field: '', node: root }, READ_MEMBERS) ??
    standsTwice(fieldAt(root, 'payload'), READ_PAYLOAD) ??
    standsTwice(fieldAt(root, 'info'), READ_INFO)
  )
}

function present(first: Field, second: Field): Field {
  return first.node === null && second.node !== null ? second : first
}
