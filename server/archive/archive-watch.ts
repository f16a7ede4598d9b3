import { archiveSentence } from '../../alerts/integrity/archive-sentence.ts'
import type { ArchiveCheck, CheckedArchive } from '../../alerts/integrity/archive-trouble.ts'
import { type Difference, differenceText } from '../../data/archive/verify/difference.ts'
import type { Verification } from '../../data/archive/verify/verify-archive.ts'
import type { Logger } from '../log.ts'

/** What checks of the archive found, on its way to the judge, whose loop takes it from here. */
export interface ArchiveWatch {
  tell(check: ArchiveCheck, verification: Verification): void
  /** The oldest that wasn't taken; null: all were. */
  take(): CheckedArchive | null
}

const MOST_LOGGED = 20

export function createArchiveWatch(log: Logger, onTold: () => void): ArchiveWatch {
  const told: CheckedArchive[] = []
  return {
    tell(check, { differences, differenceCount, ...looked }) {
      const texts = differences.slice(0, MOST_LOGGED).map(differenceText)
      const what = { check, ...looked }
      if (differenceCount === 0) log.info(what, 'the archive holds what was counted')
      else log.error({ ...what, differenceCount, differences: texts }, 'the archive does not hold what was counted')
      told.push({ check, sentence: sentenceOf(differences, differenceCount) })
      onTold()
    },
    take: () => told.shift() ?? null,
  }
}

/** Segments are what a difference is about, not differences of their own; a document that is there twice is both. */
function sentenceOf(differences: readonly Difference[], count: number): string | null {
  const segments = differences.filter(({ kind }) => kind === 'segment')
  const texts = differences.filter(({ kind }) => kind !== 'segment').map(differenceText)
  return archiveSentence(texts, segments.map(differenceText), count - segments.length)
}
