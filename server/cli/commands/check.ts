import { createReadStream } from 'node:fs'
import { resolve } from 'node:path'
import { parseSubmissionPath, pathOfTarget } from '../../../data/domain/submission-path.ts'
import { SECOND_MS } from '../../../data/domain/time.ts'
import type { Revision } from '../../../data/histograms/revision.ts'
import { parseSpecification } from '../../../data/histograms/specification.ts'
import { SpecificationStore } from '../../../data/histograms/specification-store.ts'
import type { SpecificationResult } from '../../../data/payload/convert-submission.ts'
import { reportJson, reportText } from '../../check/check-report.ts'
import { type CheckResult, exitCodeOf, type FileCheck, resultOf } from '../../check/check-result.ts'
import { type CheckRules, checkSubmission } from '../../check/check-submission.ts'
import { type ConvertOptions, conversionRules, convertOptions } from '../../convert/options.ts'
import { convertChildOptions } from '../../owner/child-options.ts'
import { stateFolders } from '../../owner/state-folders.ts'
import type { Settings } from '../../settings/schema.ts'
import type { Arguments } from '../arguments.ts'
import { checkedSettings } from '../checked-settings.ts'
import type { Command, CommandIo } from '../command.ts'
import { UsageError } from '../usage-error.ts'

const STANDARD_INPUT = '-'
/** No setting that a service could be run with receives more; a whole disk given by mistake isn't read into memory. */
const MOST_FILE_BYTES = 64 * 1024 ** 2
const NO_SOURCE = 'No source of histogram specifications is known: give --histograms DIR or --histograms URL.\n'
/** An id alone: the payload says the rest. */
const ID_PATH = '/submit/telemetry/00000000-0000-4000-8000-000000000000'

export const check: Command = {
  name: 'check',
  summary: 'Tells what would become of submissions, before a client sends them.',
  usage: 'FILE… [--path PATH] [--histograms DIR|URL] [--allow-salvaged] [--json]',
  help: `Each FILE is the body of a submission, JSON or gzip; - is standard input. It is read as the service would read it, by
the same settings; no service has to run, and nothing is kept. Prints the outcome, the problems with the field and the value that
cause them, the dimensions it would be counted under, and the histograms that would be dropped.

For the tests of those who build clients: a new prefix of info.revision, say, shows here before it ships.

  tidewatch check ping.json --histograms https://hg.mozilla.org

Exit code 0 if all are accepted, 1 if one isn't, 2 if one couldn't be checked: the file can't be read, or the histogram
specification of its revision not be had.`,
  options: {
    path: {
      value: 'PATH',
      about: 'The path that it is sent to: /submit/telemetry/<id>/<reason>/… Without it an id and nothing else.',
    },
    histograms: {
      value: 'DIR|URL',
      about: 'Where specifications are. Default: histograms.dir and histograms.url of the settings.',
    },
    'allow-salvaged': { about: 'What can be accepted in part passes too: histograms unknown or bad are only told.' },
    json: { about: 'One JSON object a line, one line a FILE.' },
  },
  takesSettings: true,
  operands: { least: 1, most: 10_000 },
  async run(args, io) {
    const path = pathOption(args)
    const settings = withHistograms(checkedSettings(io).settings, args.option('histograms'), io.currentFolder)
    const options = convertOptions.parse(convertChildOptions(settings, stateFolders(settings.state)))
    const store = specificationStore(settings, options, io)
    const hasSource = settings.histograms.dir !== '' || settings.histograms.url !== ''
    const rules: CheckRules = {
      conversion: conversionRules(options),
      maxBodyBytes: settings.receive.maxBodyBytes,
      maxPathBytes: settings.receive.maxPathBytes,
      findSpecification: (revision) => findSpecification(store, revision, options),
    }
    try {
      const results: CheckResult[] = []
      for (const file of args.operands) {
        const checked = await checkFile(file, path, rules, io)
        const result = resultOf(checked, args.isOn('allow-salvaged'))
        io.out(args.isOn('json') ? reportJson(checked, result) : reportText(checked))
        results.push(result)
      }
      if (!hasSource && results.includes('unchecked')) io.err(NO_SOURCE)
      return exitCodeOf(results)
    } finally {
      store.stop()
    }
  },
}

/** As frames keep it: one character a byte. */
function pathOption(args: Arguments): string {
  const given = args.option('path')
  if (given === null) return ID_PATH
  const path = Buffer.from(pathOfTarget(given)).toString('latin1')
  if (parseSubmissionPath(path).kind !== 'elsewhere') return path
  throw new UsageError(
    `--path is ${JSON.stringify(given)}: use /submit/telemetry/<id>, alone or followed by ` +
      '/<reason>/<appName>/<appVersion>/<appUpdateChannel>/<appBuildID>',
  )
}

/** The settings with nothing but `given`, a folder or an address, for histogram specifications. */
function withHistograms(settings: Settings, given: string | null, currentFolder: string): Settings {
  if (given === null) return settings
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(given)) {
    return { ...settings, histograms: { ...settings.histograms, dir: resolve(currentFolder, given), url: '' } }
  }
  if (!URL.canParse(given) || !/^https?:/i.test(given)) {
    throw new UsageError(`--histograms is ${JSON.stringify(given)}: use a folder, or an http or https address`)
  }
  return { ...settings, histograms: { ...settings.histograms, dir: '', url: given } }
}

/** Keeps nothing on disk, and gives the server all the time that it may take. */
function specificationStore(
  { histograms }: Settings,
  { specifications }: ConvertOptions,
  { err }: Pick<CommandIo, 'err'>,
): SpecificationStore {
  return new SpecificationStore({
    ...specifications,
    cacheFolder: null,
    waitMs: (histograms.timeoutSeconds + 10) * SECOND_MS,
    onTrouble: (what, error) => err(`${what}: ${messageOf(error)}\n`),
  })
}

async function findSpecification(
  store: SpecificationStore,
  revision: Revision,
  { specifications }: ConvertOptions,
): Promise<SpecificationResult> {
  const answer = await store.find(revision)
  if (answer.kind !== 'found') return answer
  const specification = parseSpecification(answer.text, specifications.constants)
  return specification === null ? { kind: 'unavailable' } : { kind: 'found', specification }
}

async function checkFile(file: string, path: string, rules: CheckRules, io: CommandIo): Promise<FileCheck> {
  const body = await readBody(file, io)
  if (typeof body === 'string') return { file, kind: 'unread', why: body }
  const submission = { frame: 0, receivedAt: Date.now(), path, headers: {}, body }
  return { file, kind: 'checked', submission: await checkSubmission(submission, rules) }
}

/** The file's bytes, or why they can't be had. */
async function readBody(file: string, { readInput, currentFolder }: CommandIo): Promise<Buffer | string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  try {
    const input = file === STANDARD_INPUT ? readInput?.() : createReadStream(resolve(currentFolder, file))
    for await (const chunk of input ?? []) {
      bytes += chunk.length
      if (bytes > MOST_FILE_BYTES) return `it is longer than ${MOST_FILE_BYTES} bytes, which no submission is`
      chunks.push(chunk)
    }
  } catch (error) {
    return messageOf(error)
  }
  return Buffer.concat(chunks)
}

/** What fetch throws says only in its cause why. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message
}
