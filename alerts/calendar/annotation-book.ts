import { annotationEntry, readAnnotations, saveAnnotations } from '../../data/annotations/annotations.ts'
import type { Database } from '../../data/counts/database.ts'
import type { EpochMs } from '../../data/domain/time.ts'
import type { Journal } from '../../data/journal/journal.ts'
import { inTurn } from '../shell/in-turn.ts'
import {
  type AnnotationChange,
  type AnnotationResult,
  changeAnnotation,
  makeAnnotation,
  type NewAnnotation,
  removeAnnotation,
} from './annotate.ts'
import { type Annotation, annotationRow, parseAnnotation } from './annotation.ts'

/** What people have marked: the shell around `annotate.ts`. What it is asked for it does one after the other. */
export interface AnnotationBook {
  /** Those that stand, in the order in which they were made. */
  list(): readonly Annotation[]
  add(wanted: NewAnnotation): Promise<AnnotationResult>
  /** Null: there is no such annotation, and never was. */
  change(id: number, change: AnnotationChange, by: string): Promise<AnnotationResult | null>
  remove(id: number, by: string): Promise<AnnotationResult | null>
}

export interface AnnotationBookOptions {
  readonly database: Database
  readonly journal: Journal | null
  now(): EpochMs
}

export async function openAnnotationBook({ database, journal, now }: AnnotationBookOptions): Promise<AnnotationBook> {
  const turn = inTurn()
  const all = new Map((await readAnnotations(database)).map((row) => [row.id, parseAnnotation(row)]))

  async function write(result: AnnotationResult): Promise<AnnotationResult> {
    if (result.kind === 'unchanged') return result
    const row = annotationRow(result.annotation)
    await database.inTransaction(async (transaction) => {
      await saveAnnotations(transaction, [row])
      await journal?.append([annotationEntry(row, now())])
    })
    all.set(row.id, result.annotation)
    return result
  }

  function onExisting(id: number, decide: (annotation: Annotation) => AnnotationResult) {
    return turn(async () => {
      const annotation = all.get(id)
      return annotation === undefined ? null : write(decide(annotation))
    })
  }

  return {
    list: () => [...all.values()].filter(({ removed }) => removed === null),
    add: (wanted) => turn(() => write(makeAnnotation(wanted, { id: 1 + Math.max(0, ...all.keys()), now: now() }))),
    change: (id, change, by) =>
      onExisting(id, (annotation) => changeAnnotation(annotation, change, { by, now: now() })),
    remove: (id, by) => onExisting(id, (annotation) => removeAnnotation(annotation, { by, now: now() })),
  }
}
