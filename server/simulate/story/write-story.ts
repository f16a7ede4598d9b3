import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { isoSeconds } from '../../../data/domain/time.ts'
import { makeFolderDurably, writeFileDurably } from '../../../data/files/durable.ts'
import { storyLabels } from './labels.ts'
import { type StoryHour, type StoryOptions, storyHours } from './story.ts'

/** The files that a story is written to. */
export interface StoryFiles {
  readonly counts: string
  readonly attributes: string
  readonly labels: string
}

/**
 * Writes the story into `folder`, which is made where it is missing: `counts.csv` and `attributes.csv`, as `tidewatch import`
 * and `tidewatch backtest` take them, and `labels.json`, what really happened. Old files of these names are replaced.
 */
export async function writeStory(folder: string, options: StoryOptions): Promise<StoryFiles> {
  await makeFolderDurably(folder)
  const files = {
    counts: join(folder, 'counts.csv'),
    attributes: join(folder, 'attributes.csv'),
    labels: join(folder, 'labels.json'),
  }
  await writeLines(files.counts, countLines(options))
  await writeLines(files.attributes, attributeLines(options))
  await writeFileDurably(files.labels, `${JSON.stringify(labelsForPeople(options), null, 2)}\n`)
  return files
}

const COUNT_COLUMNS = 'hour,channel,app_name,app_version,build_id,reason,outcome,problem,submissions,bytes,coverage'
const ATTRIBUTE_COLUMNS = 'hour,channel,attribute,value,submissions'

/** One piece of text an hour. Names in the story hold no comma and no quote, so none needs quoting. */
function* countLines(options: StoryOptions): Generator<string> {
  yield `${COUNT_COLUMNS}\n`
  for (const hour of storyHours(options)) yield linesOfHour(hour)
}

function linesOfHour({ hour, coverageRatio, counts }: StoryHour): string {
  const time = isoSeconds(hour)
  const coverage = Math.round(coverageRatio * 3600) / 3600
  let lines = ''
  for (const row of counts) {
    const { channel, appName, appVersion, buildId, reason, outcome, problem, submissions, bytes } = row
    lines += `${time},${channel},${appName},${appVersion},${buildId},${reason},${outcome},${problem},${submissions},${bytes},${coverage}\n`
  }
  return lines
}

function* attributeLines(options: StoryOptions): Generator<string> {
  yield `${ATTRIBUTE_COLUMNS}\n`
  for (const { hour, attributes } of storyHours(options)) {
    const time = isoSeconds(hour)
    yield attributes
      .map(({ channel, attribute, value, submissions }) => `${time},${channel},${attribute},${value},${submissions}\n`)
      .join('')
  }
}

function labelsForPeople(options: StoryOptions) {
  return storyLabels(options).map(({ start, end, recoveredAt, ...label }) => ({
    ...label,
    start: isoSeconds(start),
    end: isoSeconds(end),
    recoveredAt: isoSeconds(recoveredAt),
  }))
}

async function writeLines(path: string, lines: Iterable<string>): Promise<void> {
  await pipeline(Readable.from(lines), createWriteStream(path))
}
