import type {
  BuildsAnswer,
  ChannelState,
  IncidentAnswer,
  SeriesAnswer,
  SubmissionsAnswer,
} from '../../server/api/types.ts'
import { buildsView } from '../view/builds-view.ts'
import { channelView } from '../view/channel-view.ts'
import { invalidView } from '../view/invalid-view.ts'
import type { View } from '../view/view.ts'
import { incidentMark } from '../words/incident.ts'
import { counted } from '../words/number.ts'
import type { Wanted } from './wanted.ts'

/** Something that was found, and where it is. */
export interface Finding {
  readonly kind: 'channel' | 'build' | 'incident' | 'submission' | 'problem'
  readonly name: string
  /** What is to be said of it in a line. */
  readonly words: string
  readonly mark: ChannelState | null
  readonly view: View
  /** It is called exactly so: whoever looked for it means it. */
  readonly isExact: boolean
}

/** What is known when a search is answered; null: not asked, or not answered yet. */
export interface Known {
  readonly channels: readonly string[]
  readonly incidents: readonly IncidentAnswer[]
  readonly problems: readonly string[]
  /** Submissions of the build by channel, by the week. */
  readonly build: SeriesAnswer | null
  /** Builds first seen in the days after the one that is looked for, by channel. */
  readonly ofDay: readonly BuildsAnswer[]
  readonly document: SubmissionsAnswer | null
  readonly tagged: SubmissionsAnswer | null
}

const MOST_INCIDENTS = 12

/** Everything that answers to what is wanted, exact matches first. */
export function findings(wanted: Wanted, known: Known): readonly Finding[] {
  if (wanted.text === '') return []
  const all = [
    ...channels(wanted, known),
    ...problems(wanted, known),
    ...builds(wanted, known),
    ...buildsOfDay(wanted, known),
    ...submissions(wanted, known),
    ...incidents(wanted, known),
  ]
  return [...all.filter(({ isExact }) => isExact), ...all.filter(({ isExact }) => !isExact)]
}

/** Where to go without a list: the only thing that is called exactly so. */
export function jumpTarget(found: readonly Finding[]): View | null {
  const exact = found.filter(({ isExact }) => isExact)
  return exact.length === 1 ? (exact[0]?.view ?? null) : null
}

function channels({ text }: Wanted, known: Known): readonly Finding[] {
  const sought = text.toLowerCase()
  return known.channels
    .filter((name) => name.toLowerCase().includes(sought))
    .map((name) => ({
      kind: 'channel',
      name,
      words: 'its submissions against what is expected',
      mark: null,
      view: channelView(name),
      isExact: name.toLowerCase() === sought,
    }))
}

function problems({ text }: Wanted, known: Known): readonly Finding[] {
  const sought = text.toLowerCase().replaceAll(' ', '_')
  return known.problems
    .filter((name) => sought.length > 2 && name.includes(sought))
    .map((name) => ({
      kind: 'problem',
      name,
      words: 'where it is, since when, and samples',
      mark: null,
      view: invalidView(null, { problem: name }),
      isExact: name === sought,
    }))
}

function builds({ build }: Wanted, known: Known): readonly Finding[] {
  if (build === null || known.build === null) return []
  const found = known.build.series.flatMap(({ key, values }) => {
    const submissions = values.reduce<number>((sum, value) => sum + (value ?? 0), 0)
    return key.channel === undefined || submissions === 0 ? [] : [{ channel: key.channel, submissions }]
  })
  return found.map(({ channel, submissions }) => ({
    kind: 'build',
    name: build,
    words: `${counted(submissions, 'submission')} on ${channel} in the last 60 days`,
    mark: null,
    view: buildsView(channel, build),
    isExact: true,
  }))
}

function buildsOfDay({ build, buildDay }: Wanted, known: Known): readonly Finding[] {
  if (build === null || buildDay === null) return []
  return known.ofDay.flatMap(({ channel, builds: all }) =>
    all
      .filter(({ build_id: id }) => id !== build && id.startsWith(build))
      .map(({ build_id: name, received }) => ({
        kind: 'build' as const,
        name,
        words: `${counted(received, 'submission')} on ${channel} since it was first seen`,
        mark: null,
        view: buildsView(channel, name),
        isExact: false,
      })),
  )
}

function incidents({ incident, text }: Wanted, known: Known): readonly Finding[] {
  const sought = text.toLowerCase()
  return known.incidents
    .filter(({ id, sentence, explanation }) => {
      const told = `${sentence} ${explanation.sentence}`.toLowerCase()
      return id === incident || (sought.length > 2 && told.includes(sought))
    })
    .slice(0, MOST_INCIDENTS)
    .map((found) => ({
      kind: 'incident',
      name: `Incident ${found.id}`,
      words: found.sentence,
      mark: incidentMark(found),
      view: { page: 'incident', id: found.id },
      isExact: found.id === incident,
    }))
}

function submissions({ documentId }: Wanted, known: Known): readonly Finding[] {
  const copies = documentId === null ? (known.tagged?.submissions ?? []) : (known.document?.submissions ?? [])
  // Newest first: of several copies the newest stays.
  const byDocument = new Map(copies.toReversed().map((copy) => [copy.document_id, copy] as const))
  return [...byDocument.values()].map((copy) => ({
    kind: 'submission',
    name: copy.document_id,
    words: `${copy.channel}, ${copy.reason}: ${copy.outcome ?? 'not converted yet'}${copy.problem === null || copy.problem === 'none' ? '' : `, ${copy.problem}`}`,
    mark: copy.outcome === 'quarantined' || copy.outcome === 'rejected' ? 'invalid' : null,
    view: { page: 'submission', id: copy.document_id },
    isExact: documentId !== null || byDocument.size === 1,
  }))
}
