import { FIELD_NAMES } from '../../domain/dimension-schema.ts'
import { type JsonNode, type JsonObject, memberNamed, sourceOf } from '../json-text.ts'
import { textOf } from '../payload-dimensions.ts'
import { edited, prepended } from '../text-edits.ts'
import { applicationInfo } from './application-info.ts'
import { objectText, READ_INFO } from './info.ts'
import { CONVERTED_UNIFIED, foldSavedSession } from './saved-session.ts'
import {
  type Field,
  fieldAt,
  histogramSections,
  type OwnValue,
  standsTwice,
  type VersionedPayload,
} from './versioned-payload.ts'

/** The types whose payload conversion knows. `saved-session` is what older clients' whole payload was. */
const MAIN = 'main'
const SAVED_SESSION = 'saved-session'

/**
 * Version 4: one form around all kinds of submissions. `type` says which, `application` who sent it, `payload` holds what is
 * sent; of two types it holds histograms. Others may be anything, and stay byte for byte as they came.
 */
export function readUnified(text: string, root: JsonObject, versionNode: JsonNode): VersionedPayload {
  const type = textOf(text, memberNamed(root, 'type'))
  const hasHistograms = type === MAIN || type === SAVED_SESSION
  const payload = memberNamed(root, 'payload')
  const version = { start: versionNode.start, end: versionNode.end, text: CONVERTED_UNIFIED }
  const place = type === SAVED_SESSION ? [] : ['payload']
  return {
    problem: envelopeProblem(text, root) ?? (hasHistograms ? sessionProblem(text, root, type) : null),
    dimensions: type === SAVED_SESSION ? sessionDimensions(text, root) : applicationDimensions(text, root),
    revision: fieldAt(root, 'payload', 'info', 'revision'),
    os: fieldAt(root, 'environment', 'system', 'os', 'name'),
    sections: hasHistograms ? histogramSections(payload, ['payload'], place) : [],
    rewritten({ edits, dropped }) {
      if (!hasHistograms) return { payload: text, dropped: [] }
      if (type === SAVED_SESSION) {
        const folded = foldSavedSession(text, root, edits)
        return { payload: edited(text, [version, ...folded.edits]), dropped: [...dropped, ...folded.dropped] }
      }
      const info = `"info":${objectText(applicationInfo(text, root))}`
      return { payload: edited(text, [version, prepended(root, info), ...edits]), dropped }
    },
  }
}

/** Dimensions as the envelope has them; the reason is the type, as in the path. */
export function applicationDimensions(text: string, root: JsonObject): VersionedPayload['dimensions'] {
  const own = (...names: readonly string[]): OwnValue => {
    const { field, node } = fieldAt(root, ...names)
    return { field, value: textOf(text, node) }
  }
  return {
    reason: own('type'),
    appName: own('application', 'name'),
    appVersion: own('application', 'version'),
    channel: own('application', 'channel'),
    buildId: own('application', 'buildId'),
  }
}

/** Of a session that becomes classic, what `payload.info` says where the envelope says nothing. */
function sessionDimensions(text: string, root: JsonObject): VersionedPayload['dimensions'] {
  const application = applicationDimensions(text, root)
  const own = (dimension: keyof typeof application, name: string): OwnValue => {
    const envelope = fieldAt(root, 'application', name).node
    if (envelope !== null && envelope.kind !== 'null') return application[dimension]
    const { field, node } = fieldAt(root, 'payload', 'info', FIELD_NAMES[dimension])
    return { field, value: textOf(text, node) }
  }
  return {
    reason: application.reason,
    appName: own('appName', 'name'),
    appVersion: own('appVersion', 'version'),
    channel: own('channel', 'channel'),
    buildId: own('buildId', 'buildId'),
  }
}

const READ_ENVELOPE = ['ver', 'version', 'type', 'application', 'payload', 'environment', 'info']
const READ_APPLICATION = ['name', 'version', 'channel', 'buildId']
const READ_PAYLOAD = ['info', 'histograms', 'keyedHistograms']
/** What only stands at the top once a submission is converted. */
const CONVERTED_MEMBERS = ['info', 'histograms', 'keyedHistograms']

function envelopeProblem(text: string, root: JsonObject): VersionedPayload['problem'] {
  const type = fieldAt(root, 'type')
  const application = fieldAt(root, 'application')
  if (type.node?.kind !== 'string' || textOf(text, type.node) === null) return wanted(text, type, 'a name')
  if (application.node?.kind !== 'object') return wanted(text, application, 'an object')
  if (memberNamed(root, 'payload') === null) return wanted(text, fieldAt(root, 'payload'), 'anything')
  return standsTwice({ field: '', node: root }, READ_ENVELOPE) ?? standsTwice(application, READ_APPLICATION)
}

/** What a `main` or `saved-session` lacks. */
function sessionProblem(text: string, root: JsonObject, type: string): VersionedPayload['problem'] {
  const payload = fieldAt(root, 'payload')
  const needed = [payload, fieldAt(root, 'payload', 'info'), fieldAt(root, 'payload', 'histograms')]
  if (type === SAVED_SESSION) needed.push(fieldAt(root, 'environment'))
  for (const field of needed) if (field.node?.kind !== 'object') return wanted(text, field, 'an object')
  const keyed = fieldAt(root, 'payload', 'keyedHistograms')
  if (keyed.node !== null && keyed.node.kind !== 'object' && keyed.node.kind !== 'null') {
    return wanted(text, keyed, 'an object')
  }
  for (const name of CONVERTED_MEMBERS) {
    // No client of this version writes one, and nobody would know which of the two is meant.
    const { field, node } = fieldAt(root, name)
    if (node !== null) return { problem: 'bad_payload', field, value: sourceOf(text, node) }
  }
  return standsTwice(payload, READ_PAYLOAD) ?? standsTwice(fieldAt(root, 'payload', 'info'), READ_INFO)
}

function wanted(text: string, { field, node }: Field, what: string): VersionedPayload['problem'] {
  return { problem: 'bad_payload', field, value: node === null ? `absent: ${what} is wanted` : sourceOf(text, node) }
}
