import type { Incident } from '../../incident.ts'
import { DISCARD_WORDS } from '../../sentence/discarded-words.ts'
import { outsideText } from '../compose/outside-text.ts'
import type { PictureSpec } from '../picture/picture-spec.ts'
import { drawnChannel, isOver } from './span.ts'

export function titleOf(incident: Incident): string {
  const { reason, buildId, problem } = incident.series
  const build = buildId === undefined ? null : outsideText(buildId, 24)
  const channel = drawnChannel(incident)
  const who = channel === null ? 'All channels' : outsideText(channel, 24)
  if (incident.group === 'invalid') {
    if (build !== null) return `${who}: invalid of build ${build}, share of what it sent`
    return `${problem === undefined ? 'Invalid' : outsideText(problem, 40)}, share of what was received`
  }
  if (incident.group === 'discarded') {
    const what = DISCARD_WORDS[incident.series.cause ?? 'body']
    return `${what.replace(/^d/, 'D')}, share of what was sent`
  }
  if (build !== null) return `${who}: ${outsideText(reason ?? 'submissions', 24)} of builds from ${build} on`
  if (reason !== undefined) return `${who}: ${outsideText(reason, 24)} per hour`
  return incident.channels.length > 1 || channel === null ? `${who}: submissions per hour` : 'Submissions per hour'
}

export function troubleOf(incident: Incident): PictureSpec['trouble'] {
  const kind = KIND_OF_GROUP[incident.group]
  return { kind, from: incident.start, to: isOver(incident) ? incident.end : null }
}

const KIND_OF_GROUP = {
  volume: 'below',
  surge: 'above',
  invalid: 'invalid',
  discarded: 'invalid',
  novelty: 'invalid',
  gap: 'gap',
  stalled: 'gap',
} as const
