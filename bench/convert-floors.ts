import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { constants, gunzipSync, gzipSync } from 'node:zlib'
import { z } from 'zod'
import { type HistogramSpecification, layoutNamed } from '../data/histograms/specification.ts'
import type { BenchRecord } from './convert-records.ts'

/** The least that reading a submission takes in this language: nothing is decided, written or kept. */
export function parseOnly(records: readonly Pick<BenchRecord, 'body'>[]): void {
  for (const { body } of records) JSON.parse(gunzipSync(body).toString())
}

const payload = z.looseObject({
  ver: z.number(),
  histograms: z.record(
    z.string(),
    z.looseObject({ values: z.record(z.string(), z.number()), sum: z.number().optional() }),
  ),
})

const SUMMARY = ['sum', 'log_sum', 'log_sum_squares', 'sum_squares_lo', 'sum_squares_hi']

/**
 * A converter as one would write it first: parse, look each bucket up, stringify, gzip the lines, sync the file. It
 * rounds numbers, keeps nothing that it can't convert, and trips over what isn't as it should be.
 */
export async function convertPlainly(
  records: readonly BenchRecord[],
  specification: HistogramSpecification,
  folder: string,
): Promise<void> {
  const file = await open(join(folder, 'plain.gz'), 'w')
  try {
    for (let from = 0; from < records.length; from += LINES_PER_BLOCK) {
      const lines = records.slice(from, from + LINES_PER_BLOCK).map((record) => plainLine(record, specification))
      await file.writeFile(gzipSync(lines.join(''), { level: constants.Z_BEST_SPEED }))
    }
    await file.sync()
  } finally {
    await file.close()
  }
}

const LINES_PER_BLOCK = 20
const shape = payload.shape.histograms

function plainLine({ path, body }: BenchRecord, specification: HistogramSpecification): string {
  const parsed: unknown = JSON.parse(gunzipSync(body).toString())
  if (!isPayload(parsed)) throw new Error(`${path} is no payload`)
  const compact: Record<string, number[]> = {}
  for (const [name, histogram] of Object.entries(parsed.histograms)) {
    const layout = layoutNamed(specification, name)
    if (layout === null) continue
    const numbers: number[] = new Array(layout.bounds.length).fill(0)
    for (const [bound, count] of Object.entries(histogram.values)) numbers[layout.places.get(bound) ?? 0] = count
    for (const member of SUMMARY) numbers.push(Number(histogram[member] ?? -1))
    compact[name] = numbers
  }
  return `${path.split('/')[3]}\t${JSON.stringify({ ...parsed, ver: 2, histograms: compact })}\n`
}

/** As much as a first converter would look: checking more would make the floor slower than it has to be. */
function isPayload(value: unknown): value is { readonly histograms: z.infer<typeof shape> } {
  return typeof value === 'object' && value !== null && 'histograms' in value
}
