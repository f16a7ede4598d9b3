import { resolve } from 'node:path'
import { MOST_SPECIFICATION_BYTES, parseSpecification } from '../../../data/histograms/specification.ts'
import { SpecificationFolder } from '../../../data/histograms/specification-folder.ts'
import { type HistogramServer, startHistogramServer } from '../../histograms/histogram-server.ts'
import { httpUrl } from '../../settings/http-url.ts'
import { listenTrouble } from '../../settings/listen-trouble.ts'
import { type ListenAddress, parseListenAddress } from '../../settings/setting.ts'
import type { Arguments } from '../arguments.ts'
import { checkedSettings } from '../checked-settings.ts'
import { type Command, CommandError, type CommandIo } from '../command.ts'
import { UsageError } from '../usage-error.ts'
import { stopped } from './serve.ts'

/** Where the histogram server of 2013 listened. */
const USUAL_ADDRESS = '127.0.0.1:9898'

export const histograms: Command = {
  name: 'histograms',
  summary: 'Serves histogram specifications from a folder.',
  usage: 'serve DIR [--listen HOST:PORT]',
  help: `Answers, until Ctrl-C, what converters and old clients ask a histogram server: the files <revision>.json and
<revision>.<tag>.json of DIR, as

  GET /<repository>/raw-file/<revision>/toolkit/components/telemetry/Histograms.json
  GET /histograms?revision=<revision URL>
  GET /histogram_buckets?revision=<revision URL>    (the same with every bucket worked out)

400 without a revision, 404 where DIR has no file of it, 500 where it has one that can't be read. A new file is
served within a second. Which revisions are known, histograms.revisionPrefixes and histograms.repositories say.`,
  options: {
    listen: { value: 'HOST:PORT', about: `Where it listens; port 0: any free one. Default ${USUAL_ADDRESS}.` },
  },
  takesSettings: true,
  operands: { least: 2, most: 2 },
  async run(args, io) {
    const [form, folder = ''] = args.operands
    if (form !== 'serve') throw new UsageError(`"histograms ${form}" is nothing: use "histograms serve DIR"`)
    const listen = listenOption(args)
    const server = await serve(resolve(io.currentFolder, folder), listen, io)
    await stopped(io.stop)
    await server.stop()
    return 0
  },
}

function listenOption(args: Arguments): ListenAddress {
  const given = args.option('listen') ?? USUAL_ADDRESS
  const address = parseListenAddress(given)
  if (address !== null) return address
  throw new UsageError(`--listen is ${JSON.stringify(given)}: use HOST:PORT such as ${USUAL_ADDRESS} or [::1]:9898`)
}

async function serve(path: string, listen: ListenAddress, io: CommandIo): Promise<HistogramServer> {
  const { revisionPrefixes, repositories, constants } = checkedSettings(io).settings.histograms
  const folder = new SpecificationFolder({
    folder: path,
    maxBytes: MOST_SPECIFICATION_BYTES,
    isSpecification: (text) => parseSpecification(text, constants) !== null,
    onTrouble: (what, error) => io.err(`${what}: ${error instanceof Error ? error.message : error}\n`),
    now: Date.now,
  })
  const files = await folder.countFiles()
  if (files === null) throw new CommandError(`${path} can't be served`)
  const rules = { prefixes: revisionPrefixes, repositories }
  const server = await startHistogramServer({ folder, listen, rules, constants }).catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw new CommandError(listenTrouble('listen', listen, code))
  })
  io.out(`${httpUrl(listen, server.port)} serves ${path} (${files} ${files === 1 ? 'file' : 'files'} so far).\n`)
  return server
}
