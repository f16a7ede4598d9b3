import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { makeFolderDurably, writeFileDurably } from '../../../data/files/durable.ts'
import { type HistogramSpecification, parseSpecification } from '../../../data/histograms/specification.ts'
import type { BuildRhythm } from '../story/channels.ts'

/** Which revision simulated builds were made from, and which histograms it defines. */
export interface SimulatedRevision {
  readonly repository: string
  /** 12 hex digits. */
  readonly hex: string
  readonly definitions: Readonly<Record<string, HistogramDefinition>>
  readonly specification: HistogramSpecification
}

/** An entry of a `Histograms.json`. */
export type HistogramDefinition =
  | { readonly kind: 'flag' | 'boolean'; readonly description: string }
  | { readonly kind: 'enumerated'; readonly n_values: number; readonly description: string }
  | {
      readonly kind: 'linear' | 'exponential'
      readonly low: number
      readonly high: number
      readonly n_buckets: number
      readonly description: string
    }

/** Builds of a train come from its repository: 0 release, 1 beta, 2 aurora, 3 nightly. */
const REPOSITORIES = [
  'releases/mozilla-release',
  'releases/mozilla-beta',
  'releases/mozilla-aurora',
  'mozilla-central',
] as const

const SUBJECTS = ['PAGE', 'TAB', 'SEARCH', 'BOOKMARK', 'DOWNLOAD', 'SYNC', 'ADDON', 'IMAGE'] as const

/** What is measured of a subject. The last ones are new on the trains that come first. */
const MEASURES: readonly (readonly [string, (subject: string) => HistogramDefinition])[] = [
  ['LOAD_MS', (it) => spread('exponential', 10_000, 50, `Time until a ${it} is ready, in milliseconds`)],
  ['SIZE_KB', (it) => spread('exponential', 65_536, 40, `Size of a ${it}, in KiB`)],
  ['PROGRESS_PERCENT', (it) => spread('linear', 100, 26, `How far a ${it} had come when it was left, in percent`)],
  ['COUNT', (it) => spread('linear', 500, 21, `Number of open cases of ${it}`)],
  ['RESULT', (it) => ({ kind: 'enumerated', n_values: 12, description: `How a ${it} ended` })],
  ['USED', (it) => ({ kind: 'flag', description: `Whether ${it} was used at all` })],
  ['FROM_CACHE', (it) => ({ kind: 'boolean', description: `Whether a ${it} came from a cache` })],
  ['RETRIES', (it) => ({ kind: 'enumerated', n_values: 6, description: `Attempts until a ${it} succeeded` })],
]

/** One revision for each train; the younger the train, the more histograms it has. */
export const SIMULATED_REVISIONS: readonly SimulatedRevision[] = REPOSITORIES.map((repository, train) => {
  const definitions = definitionsOf(train)
  const specification = parseSpecification(JSON.stringify(definitions))
  if (specification === null) throw new Error(`the specification made for ${repository} can't be read`)
  const hex = createHash('sha256').update(`simulated ${repository}`).digest('hex').slice(0, 12)
  return { repository, hex, definitions, specification }
})

export function revisionOfTrain(train: BuildRhythm['train']): SimulatedRevision {
  const revision = SIMULATED_REVISIONS[train]
  if (revision === undefined) throw new RangeError(`train is ${train}: 0 to ${REPOSITORIES.length - 1} are known`)
  return revision
}

/** Writes each revision's `<hex>.json` into `folder`, which is made where it is missing; answers the files' paths. */
export async function writeSpecifications(folder: string): Promise<string[]> {
  await makeFolderDurably(folder)
  const paths: string[] = []
  for (const { hex, definitions } of SIMULATED_REVISIONS) {
    const path = join(folder, `${hex}.json`)
    await writeFileDurably(path, `${JSON.stringify(definitions, null, 2)}\n`)
    paths.push(path)
  }
  return paths
}

function definitionsOf(train: number): Record<string, HistogramDefinition> {
  const measures = MEASURES.slice(0, MEASURES.length - REPOSITORIES.length + 1 + train)
  return Object.fromEntries(
    SUBJECTS.flatMap((subject) => {
      return measures.map(([measure, define]) => [`${subject}_${measure}`, define(subject.toLowerCase())])
    }),
  )
}

function spread(kind: 'linear' | 'exponential', high: number, buckets: number, description: string) {
  return { kind, low: 1, high, n_buckets: buckets, description }
}
