import { access, mkdir, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { openDatabase } from '../../../data/counts/database.ts'
import { createLog, type Logger } from '../../log.ts'
import { stateFolders } from '../../owner/state-folders.ts'
import { type Service, startService } from '../../serve.ts'
import { receiveUrl } from '../../settings/http-url.ts'
import { LiveSettings } from '../../settings/live-settings.ts'
import type { Settings } from '../../settings/schema.ts'
import { type DemoSeed, seedDemo } from '../../simulate/demo.ts'
import { runTraffic } from '../../simulate/traffic/run-traffic.ts'
import { writeSpecifications } from '../../simulate/traffic/specification.ts'
import { checkedSettings } from '../checked-settings.ts'
import { type Command, CommandError } from '../command.ts'
import { version } from '../version.ts'
import { startOrExplain, stopped, tellWhere, WEB_FOLDER } from './serve.ts'

/** Only a folder with this file in it is ever cleared. */
const MARKER = 'this-is-a-demo'
const SEED = 1

export const demo: Command = {
  name: 'demo',
  summary: 'Serves the story of a winter with five incidents, with live traffic, in a state directory of its own.',
  usage: '',
  help: `Makes a server whose last 88 days are the story of Firefox Telemetry's winter of 2013-14, shifted to
end about now: five channels, two gaps in the counting, three outages of clients. The real judge goes
through it hour by hour and writes its mails (kept as files, readable in the dashboard); then generated
submissions arrive through the real receiver, until Ctrl-C.

It keeps everything in the folder "demo" of the state directory and begins anew at each start.`,
  options: {},
  takesSettings: true,
  operands: { least: 0, most: 0 },
  async run(_args, io) {
    const checked = checkedSettings(io)
    const state = resolve(checked.settings.state, 'demo')
    const specifications = join(state, 'specifications')
    const settings: Settings = {
      ...checked.settings,
      state,
      histograms: { ...checked.settings.histograms, dir: specifications, url: '' },
    }
    const log = createLog({ level: settings.log.level, role: 'owner' })
    io.err('Writing the story of a winter …\n')
    await clearDemo(state)
    await writeSpecifications(specifications)
    const seed = await seedState(settings)
    const live = { ...checked, settings }
    const service = await startOrExplain(settings, io.stop, () =>
      startService({
        settings: new LiveSettings(live, () => live),
        log,
        version: version(),
        now: Date.now,
        mode: 'demo',
        webFolder: WEB_FOLDER,
        hasChildren: true,
      }),
    )
    await tellWhere(service, settings, io)
    io.err('The judge goes through 88 days now, which takes some seconds; the pages show how far it is.\n')
    const traffic = sendTraffic(service, { settings, rates: seed.rates, stop: io.stop, log })
    await stopped(io.stop)
    await traffic
    await service.stop()
    return 0
  },
}

async function clearDemo(state: string): Promise<void> {
  if (await exists(state)) {
    if (!(await exists(join(state, MARKER)))) {
      throw new CommandError(`${state} is there and isn't a demo's: move it away, or choose another place with --state`)
    }
    await rm(state, { recursive: true })
  }
  await mkdir(state, { recursive: true })
  await writeFile(join(state, MARKER), 'This folder is made anew by each start of the demo.\n')
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

async function seedState(settings: Settings): Promise<DemoSeed> {
  const database = await openDatabase(stateFolders(settings.state).database)
  try {
    return await seedDemo(database, { now: Date.now(), seed: SEED })
  } finally {
    await database.close()
  }
}

async function sendTraffic(
  { receivePort }: Service,
  given: {
    readonly settings: Settings
    readonly rates: DemoSeed['rates']
    readonly stop: AbortSignal
    readonly log: Logger
  },
): Promise<void> {
  const port = await Promise.race([receivePort, stopped(given.stop)])
  if (port == null) return
  await runTraffic({
    url: new URL(receiveUrl(given.settings.receive, port)),
    rates: given.rates,
    seed: SEED,
    stop: given.stop,
    onProgress: ({ sent, answers }) => given.log.debug({ sent, answers: Object.fromEntries(answers) }, 'live traffic'),
  })
}
