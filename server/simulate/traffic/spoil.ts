import { gzipSync } from 'node:zlib'
import type { ProblemOrNone } from '../../../data/domain/outcome.ts'
import type { Payload, PayloadInfo } from './payload.ts'

/** What a build without the right revision says of itself; `hex` is the revision it has. */
export function spoiledInfo(info: PayloadInfo, problem: ProblemOrNone, hex: string): PayloadInfo {
  switch (problem) {
    case 'missing_revision': {
      const { revision: _, ...rest } = info
      return rest
    }
    case 'invalid_revision':
      // Builds made without a repository write nothing before `/rev/`.
      return { ...info, revision: `/rev/${hex}` }
    default:
      return info
  }
}

/** A payload with `problem`, where it is one of its content. */
export function spoiledPayload(payload: Payload, problem: ProblemOrNone): Payload {
  const [first] = Object.entries(payload.histograms)
  if (first === undefined) return payload
  const [name, histogram] = first
  switch (problem) {
    case 'bad_histogram': {
      // No bucket begins between two whole numbers.
      const values = { ...histogram.values, '1.5': 1 }
      return { ...payload, histograms: { ...payload.histograms, [name]: { ...histogram, values } } }
    }
    case 'unknown_histogram':
      return { ...payload, histograms: { ...payload.histograms, [`REMOVED_${name}`]: histogram } }
    case 'histograms_lost': {
      const renamed = Object.entries(payload.histograms).map(([known, value], i) => {
        return [i % 3 === 0 ? `RENAMED_${known}` : known, value] as const
      })
      return { ...payload, histograms: Object.fromEntries(renamed) }
    }
    case 'unknown_version':
      return { ...payload, ver: 99 }
    default:
      return payload
  }
}

/** The payload as it goes over the wire, broken where `problem` says so. */
export function encodedBody(payload: Payload, problem: ProblemOrNone, gzip: boolean): Uint8Array {
  const text = JSON.stringify(payload)
  switch (problem) {
    case 'bad_json':
      return encoded(text.slice(0, Math.floor(text.length * 0.8)), gzip)
    case 'bad_payload':
      return encoded(`[${text}]`, gzip)
    case 'empty_data':
      // Empty only once it is opened: a request without a body isn't taken at all.
      return encoded('', true)
    case 'bad_compression': {
      const whole = encoded(text, true)
      return whole.subarray(0, Math.floor(whole.length * 0.8))
    }
    default:
      return encoded(text, gzip)
  }
}

function encoded(text: string, gzip: boolean): Uint8Array {
  return gzip ? gzipSync(text, { level: 1 }) : Buffer.from(text)
}
