import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { type Conversion, failedConversion, type SpecificationResult } from './convert-submission.ts'
import { converted, specificationOf, submissionOf, TEST_RULES } from './testing/conversion.ts'

const FOLDER = join(import.meta.dirname, 'golden')
const specification = specificationOf(readFileSync(join(FOLDER, 'specification.json'), 'utf8'))

const ARROW = '\n=>\n'
const LINE = /^(path|header|bytes|specification): (.*)\n/gm

/** How a golden case's submission comes; `payload` as written, its last newline not among it. */
interface Case {
  readonly path: string
  readonly headers: Record<string, string>
  readonly bytes: string
  readonly specification: string
  readonly payload: string
}

function parseCase(above: string): Case {
  const [, ...sections] = above.split('\n\n')
  const [head = '', ...payload] = sections
  const lines = Object.fromEntries(Array.from(`${head}\n`.matchAll(LINE), ([, name, value]) => [name, value]))
  const [header, value] = lines.header?.split(' = ') ?? []
  return {
    path: lines.path ?? '',
    headers: header === undefined ? {} : { [header]: value ?? '' },
    bytes: lines.bytes ?? 'plain',
    specification: lines.specification ?? 'found',
    payload: payload.join('\n\n'),
  }
}

function bodyOf({ bytes, payload }: Case): Uint8Array {
  const [, repeated, first] = /^gzip(?: of (\d+) times)?(?:, first (\d+))?$/.exec(bytes) ?? []
  if (!bytes.startsWith('gzip')) return Buffer.from(payload)
  const whole = gzipSync(payload.repeat(Number(repeated ?? 1)))
  return first === undefined ? whole : whole.subarray(0, Number(first))
}

function conversionOf(given: Case): Conversion {
  const submission = submissionOf(bodyOf(given), given.path, given.headers)
  if (given.bytes === 'never opened') return failedConversion(submission, new Error('out of memory'), TEST_RULES)
  return converted(submission, specificationResult(given.specification))
}

function specificationResult(kind: string): SpecificationResult {
  return kind === 'unknown' || kind === 'unavailable' ? { kind } : specification
}

function below({ record, content }: Conversion): string {
  const { reason, appName, appVersion, channel, buildId } = record.dimensions
  const causes = record.causes.map(({ problem, field, value, exception }) => {
    const thrown = exception === undefined ? '' : ` (${exception.split('\\u000a')[0]})`
    return `${problem}: ${field}: ${value}${thrown}`
  })
  const attributes = Object.entries(record.attributes).map(([name, value]) => `${name}=${value}`)
  const lines = [
    `${record.outcome} ${record.problem}`,
    ...causes,
    `${reason} | ${appName} | ${appVersion} | ${channel} | ${buildId}`,
    attributes.join(' '),
  ]
  if (content.kind === 'raw') return `${lines.join('\n')}\n\nkept whole\n`
  const dropped = content.dropped === '' ? '' : `\nbeside it ${content.dropped}\n`
  return `${lines.join('\n')}\n\n${content.payload}\n${dropped}`
}

const files = readdirSync(FOLDER).filter((name) => name.endsWith('.txt'))

test('there is a golden case for every version and problem', () => {
  expect(files.length).toBeGreaterThan(25)
})

test.each(files)('%s', async (name) => {
  const file = join(FOLDER, name)
  const [above = ''] = readFileSync(file, 'utf8').split(ARROW)
  const result = below(conversionOf(parseCase(above)))
  await expect(`${above}${ARROW}${result}`).toMatchFileSnapshot(file)
})
