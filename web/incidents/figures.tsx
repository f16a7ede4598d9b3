import type { DiscardedAnswer, IncidentAnswer } from '../../server/api/types.ts'
import { Changing } from '../shell/changing.tsx'
import { useZone } from '../view/navigation.ts'
import type { Zone } from '../view/zone.ts'
import { count, countRange, estimate, rate, size, UNKNOWN } from '../words/number.ts'
import { age, clock } from '../words/time.ts'

interface Figure {
  readonly name: string
  readonly value: string
  readonly look: 'wrong' | 'strong' | 'plain'
}

/** Three or four numbers with their names, the one that proves it first. */
export function Figures({ incident }: { readonly incident: IncidentAnswer }) {
  const figures = figuresOf(incident, useZone())
  if (figures.length === 0) return null
  return (
    <dl class="figures">
      {figures.map(({ name, value, look }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd class={`figures-${look}`}>
            <Changing text={value} />
          </dd>
        </div>
      ))}
    </dl>
  )
}

export function figuresOf(incident: IncidentAnswer, zone: Zone = 'utc'): readonly Figure[] {
  const { latest } = incident
  // What was withdrawn, or went on as another incident, lacks nothing of its own.
  if (incident.state === 'withdrawn' || incident.merged_into !== undefined) return []
  const soFar = incident.state === 'resolved' ? '' : ' so far'
  const since = incident.fast_look?.back_at ?? incident.fast_look?.since
  const hour = since === undefined ? clock(Date.parse(latest.hour), zone) : `since ${clock(Date.parse(since))}`
  const sure: Figure = { name: 'How sure', value: confidence(incident.confidence), look: 'plain' }
  const seen: Figure = { name: `Seen, ${hour}`, value: count(latest.seen), look: 'strong' }
  const expected: Figure = { name: `Expected, ${hour}`, value: countRange(latest.low, latest.high), look: 'plain' }
  switch (incident.group) {
    case 'gap':
    case 'stalled': {
      const end = incident.end ?? incident.resolved_at
      const lasted = end === null ? null : age(Date.parse(end) - Date.parse(incident.start))
      return lasted === null ? [] : [{ name: 'Lasted', value: lasted, look: 'strong' }]
    }
    case 'invalid':
      return [
        { name: `Invalid${soFar}`, value: estimate(incident.missing), look: 'wrong' },
        { name: `Invalid rate${soFar}`, value: rate(latest.invalid_rate), look: 'wrong' },
        seen,
        sure,
      ]
    case 'discarded':
      return [
        { name: `Discarded${soFar}`, value: estimate(incident.missing), look: 'wrong' },
        { name: `Discarded, ${hour}`, value: rate(latest.discarded?.rate ?? 0), look: 'wrong' },
        {
          name: sizeName(latest.discarded?.limit_bytes ?? null),
          value: sizeOrUnknown(latest.discarded),
          look: 'plain',
        },
        sure,
      ]
    case 'novelty':
      return [
        { name: `Have it${soFar}`, value: estimate(incident.missing), look: 'strong' },
        { name: 'Of what was received', value: rate(latest.novel_share ?? 0), look: 'plain' },
      ]
    case 'surge':
      return [{ name: `Too many${soFar}`, value: estimate(incident.missing), look: 'wrong' }, seen, expected, sure]
    case 'volume':
      return [{ name: `Missing${soFar}`, value: estimate(incident.missing), look: 'wrong' }, seen, expected, sure]
  }
}

function sizeName(limit: number | null): string {
  return limit === null ? 'Typical size' : `Typical size, limit ${size(limit)}`
}

function sizeOrUnknown(discarded: DiscardedAnswer | undefined): string {
  return discarded === undefined || discarded.typical_bytes === null ? UNKNOWN : size(discarded.typical_bytes)
}

function confidence(ratio: number): string {
  if (ratio >= 0.9) return 'very'
  return ratio >= 0.7 ? 'fairly' : 'not yet'
}
