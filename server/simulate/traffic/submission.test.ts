import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { DEFAULT_DIMENSION_SCHEMA, readDimensionSchema } from '../../../data/domain/dimension-schema.ts'
import { NO_PROBLEM, PROBLEMS, type ProblemOrNone } from '../../../data/domain/outcome.ts'
import { DEFAULT_REVISION_RULES } from '../../../data/histograms/revision.ts'
import { parseSpecification } from '../../../data/histograms/specification.ts'
import { convertSubmission } from '../../../data/payload/convert-submission.ts'
import { type ConversionRules, readSubmission } from '../../../data/payload/read-submission.ts'
import { randomStream } from '../story/random.ts'
import { type ChannelRates, storyRates } from '../story/rates.ts'
import { SIMULATED_REVISIONS, writeSpecifications } from './specification.ts'
import { simulatedSubmission } from './submission.ts'

const { channels } = storyRates({ events: [] })(Date.UTC(2014, 0, 10, 12))

describe.each(channels.map((channel) => ({ name: channel.profile.channel, channel })))('$name', ({ name, channel }) => {
  test.each(sentProblems().map((problem) => ({ problem })))(
    'a submission is counted there, with problem $problem',
    ({ problem }) => {
      for (let seed = 0; seed < 20; seed += 1) {
        const { record, rate } = converted(channel, problem, seed)
        expect(record).toMatchObject({
          problem,
          dimensions: { channel: name, reason: rate.reason, buildId: rate.build.buildId },
        })
      }
    },
  )
})

test('payloads have 20 to 70 histograms', () => {
  for (const channel of channels) {
    const { content } = converted(channel, NO_PROBLEM, 4)
    const payload = content.kind === 'converted' ? JSON.parse(content.payload) : null
    const count = Object.keys(payload.histograms).length
    expect(count).toBeGreaterThan(15)
    expect(count).toBeLessThanOrEqual(70)
  }
})

test('a build with too large bodies is over the default limit, and wholly well otherwise', () => {
  const [channel] = channels
  const [rate] = channel?.rates ?? []
  if (channel === undefined || rate === undefined) throw new Error('nothing is sent')
  for (let seed = 0; seed < 5; seed += 1) {
    const order = {
      profile: channel.profile,
      rate: { ...rate, isTooLarge: true },
      problem: NO_PROBLEM,
      documentId: 'an-id',
    } as const
    const { body } = simulatedSubmission(order, randomStream(seed))
    expect(body.length).toBeGreaterThan(200 * 1024)
    expect(body.length).toBeLessThan(1024 * 1024)
    expect(JSON.parse(Buffer.from(body).toString())).toMatchObject({ ver: 1, info: { reason: rate.reason } })
  }
})

test('the same seed makes the same submission', () => {
  const [channel] = channels
  expect(channel && submitted(channel, NO_PROBLEM, 7, 'an-id')).toEqual(
    channel && submitted(channel, NO_PROBLEM, 7, 'an-id'),
  )
})

test('specifications are written one file a revision, as they are used', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tidewatch-specifications-'))
  try {
    const paths = await writeSpecifications(join(folder, 'histograms'))
    expect(paths.map((path) => basename(path))).toEqual(SIMULATED_REVISIONS.map(({ hex }) => `${hex}.json`))
    for (const [i, path] of paths.entries()) {
      expect(parseSpecification(await readFile(path, 'utf8'))).toEqual(SIMULATED_REVISIONS[i]?.specification)
    }
  } finally {
    await rm(folder, { recursive: true })
  }
})

/** What the story's channels have; the others aren't a submission's own doing. */
function sentProblems(): ProblemOrNone[] {
  return PROBLEMS.filter((problem) =>
    channels.some(({ problems }) => problems.some((sent) => sent.problem === problem)),
  )
}

function submitted(channel: ChannelRates, problem: ProblemOrNone, seed: number, documentId: string) {
  const { profile, rates } = channel
  const random = randomStream(seed)
  const rate = rates[Math.floor(random() * rates.length)]
  if (rate === undefined) throw new Error(`${profile.channel} has no rates`)
  return { rate, submission: simulatedSubmission({ profile, rate, problem, documentId }, random) }
}

/** What the converter makes of a submission. */
function converted(channel: ChannelRates, problem: ProblemOrNone, seed: number) {
  const { rate, submission } = submitted(channel, problem, seed, randomUUID())
  const reading = readSubmission({ ...submission, frame: 0, receivedAt: 0, headers: {} }, rules)
  const hex = reading.payload?.revision?.hex
  const revision = SIMULATED_REVISIONS.find((known) => known.hex === hex)
  const { record, content } = convertSubmission(
    reading,
    revision === undefined ? { kind: 'unavailable' } : { kind: 'found', specification: revision.specification },
    rules,
  )
  return { record, content, rate }
}

const rules: ConversionRules = {
  maxInflatedBytes: 1 << 24,
  json: { maxDepth: 64, maxValues: 100_000 },
  lostHistogramsRatio: 0.1,
  revisions: DEFAULT_REVISION_RULES,
  dimensions: readDimensionSchema(DEFAULT_DIMENSION_SCHEMA),
}
