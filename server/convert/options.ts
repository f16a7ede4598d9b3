import { join } from 'node:path'
import { z } from 'zod'
import {
  DEFAULT_DIMENSION_SCHEMA,
  dimensionSchemaInput,
  readDimensionSchema,
} from '../../data/domain/dimension-schema.ts'
import { DEFAULT_CONSTANTS } from '../../data/histograms/definition-number.ts'
import { DEFAULT_REVISION_RULES } from '../../data/histograms/revision.ts'
import { MOST_SPECIFICATION_BYTES } from '../../data/histograms/specification.ts'
import type { ConversionRules } from '../../data/payload/read-submission.ts'
import { LOG_LEVELS } from '../log.ts'

/**
 * What a converter's process is started with. Its workers have all cores to do already: threads that collect garbage
 * beside them wait for each other most of the time, and took a fifth of all the converter did. Almost all that a worker makes is
 * done with at the next submission, so a small young generation holds enough, if it needn't grow to that size first: until it
 * has, part of what is soon done with grows old; and its old one is so small that V8 would collect it every
 * hundred submissions, so it may become three times what was left of it the last time.
 */
export const CONVERTER_NODE_OPTIONS: readonly string[] = [
  '--single-threaded-gc',
  '--min-semi-space-size=8',
  '--max-semi-space-size=8',
  '--heap-growing-percent=200',
]

const whole = z.int().positive()

/** What a converter process is given, as JSON: it crosses to another process and to threads. */
export const convertOptions = z.strictObject({
  /** The state directory. */
  state: z.string().min(1),
  logLevel: z.enum(LOG_LEVELS).default('info'),
  workers: whole.default(1),
  /** A worker that needs more is ended, and its segment converted frame by frame. */
  workerMemoryMb: whole.default(512),
  /** So is a worker that works on one submission for so long; waiting for a specification or the disk doesn't count. */
  submissionTimeoutMs: whole.default(30_000),
  /** How often the spool is looked at where nothing else wakes the converter. */
  pollMs: whole.default(250),
  /** A pause between two heartbeats longer than this is not covered: three heartbeats. */
  coveragePauseMs: whole.default(15_000),
  maxInflatedBytes: whole.default(16 * 1024 ** 2),
  maxJsonDepth: whole.default(100),
  maxJsonValues: whole.default(500_000),
  lostHistogramsRatio: z.number().min(0).max(1).default(0.1),
  /** In which a proxy says the country of a sender; null: none does. */
  countryHeader: z.string().nullable().default(null),
  dimensions: dimensionSchemaInput.default(DEFAULT_DIMENSION_SCHEMA),
  revisionPrefixes: z.array(z.string()).default([...DEFAULT_REVISION_RULES.prefixes]),
  repositories: z.array(z.string()).default([...DEFAULT_REVISION_RULES.repositories]),
  specifications: z
    .strictObject({
      folder: z.string().nullable().default(null),
      server: z
        .strictObject({
          url: z.url({ protocol: /^https?$/ }),
          form: z.enum(['raw-file', 'query']).default('raw-file'),
          timeoutMs: whole.default(10_000),
          maxFetchesPerMinute: whole.default(30),
          missingTtlMs: whole.default(3_600_000),
        })
        .nullable()
        .default(null),
      constants: z.record(z.string(), z.int()).default({ ...DEFAULT_CONSTANTS }),
      maxBytes: whole.default(MOST_SPECIFICATION_BYTES),
      /** How long the submissions of a revision wait for its specification. */
      waitMs: z.int().nonnegative().default(3_000),
    })
    .prefault({}),
})
export type ConvertOptions = z.infer<typeof convertOptions>
/** What has to be said: everything but the state directory has a default. */
export type ConvertOptionsInput = z.input<typeof convertOptions>

/** Where a converter reads and writes. */
export interface ConvertFolders {
  readonly spool: string
  readonly converted: string
  readonly corrupted: string
  readonly histograms: string
}

export function convertFolders(state: string): ConvertFolders {
  return {
    spool: join(state, 'spool'),
    converted: join(state, 'converted'),
    corrupted: join(state, 'corrupted'),
    histograms: join(state, 'histograms'),
  }
}

export function conversionRules(options: ConvertOptions): ConversionRules {
  return {
    maxInflatedBytes: options.maxInflatedBytes,
    json: { maxDepth: options.maxJsonDepth, maxValues: options.maxJsonValues },
    lostHistogramsRatio: options.lostHistogramsRatio,
    countryHeader: options.countryHeader?.toLowerCase() ?? null,
    revisions: { prefixes: options.revisionPrefixes, repositories: options.repositories },
    dimensions: readDimensionSchema(options.dimensions),
  }
}
