import { fileURLToPath } from 'node:url'
import { DatabaseError } from '../../../data/counts/database-error.ts'
import { CalendarTrouble } from '../../calendar/read-calendar.ts'
import { createLog, type Logger } from '../../log.ts'
import { CannotListen } from '../../receive/cannot-listen.ts'
import { AlreadyReceiving } from '../../receive/one-service.ts'
import { TlsTrouble } from '../../receive/tls-pair.ts'
import { runConverter, runReceiver } from '../../run-role.ts'
import { type Service, startService } from '../../serve.ts'
import { httpUrl, receiveUrl } from '../../settings/http-url.ts'
import { listenTrouble } from '../../settings/listen-trouble.ts'
import { LiveSettings } from '../../settings/live-settings.ts'
import type { Settings } from '../../settings/schema.ts'
import { checkedSettings } from '../checked-settings.ts'
import { type Command, CommandError, type CommandIo } from '../command.ts'
import { UsageError } from '../usage-error.ts'
import { version } from '../version.ts'

/** The pages, as they were built: this file lies in `dist/server/cli/commands`. */
export const WEB_FOLDER = fileURLToPath(new URL('../../../web', import.meta.url))

const ROLES = ['all', 'receive', 'convert', 'dashboard'] as const
type Role = (typeof ROLES)[number]
const LOG_ROLES = { all: 'owner', dashboard: 'owner', receive: 'receiver', convert: 'converter' } as const

export const serve: Command = {
  name: 'serve',
  summary: 'Receives, converts, counts, judges, mails and shows, until it is stopped.',
  usage: '[--role ROLE] [--receivers N]',
  help: `Runs the service until Ctrl-C or SIGTERM; then what was received is converted, counted and archived
before it ends. SIGHUP reads the settings anew.

A role runs one part alone: receive, convert, or dashboard (which also counts, judges and mails, and is
the only one that has the database). Roles of one state directory find each other through it.`,
  options: {
    role: { value: 'ROLE', about: 'all (the default), receive, convert, or dashboard.' },
    receivers: {
      value: 'N',
      about: 'Processes that receive: short for --receive.receivers.',
      setting: 'receive.receivers',
    },
  },
  takesSettings: true,
  operands: { least: 0, most: 0 },
  async run(args, io) {
    const role = parseRole(args.option('role') ?? 'all')
    const settings = new LiveSettings(checkedSettings(io), io.loadSettings)
    const log = createLog({ level: settings.current.log.level, role: LOG_ROLES[role] })
    followSettings(settings, log)
    if (role === 'receive') {
      return explained(settings.current, 'admin.listen', () =>
        runReceiver(settings, { log, stop: io.stop, version: version() }),
      )
    }
    if (role === 'convert') {
      return explained(settings.current, 'admin.listen', () => runConverter(settings, { log, stop: io.stop }))
    }
    const service = await startOrExplain(settings.current, io.stop, () =>
      startService({
        settings,
        log,
        version: version(),
        now: Date.now,
        mode: 'live',
        webFolder: WEB_FOLDER,
        hasChildren: role === 'all',
      }),
    )
    await tellWhere(service, settings.current, io)
    await stopped(io.stop)
    io.err('Stopping: what was received is counted and archived first.\n')
    await service.stop()
    return 0
  },
}

/** Resolves when the command is asked to stop. */
export function stopped(stop: AbortSignal): Promise<void> {
  if (stop.aborted) return Promise.resolve()
  return new Promise((resolve) => stop.addEventListener('abort', () => resolve(), { once: true }))
}

/** What people do next, on stdout; the log goes to stderr. */
export async function tellWhere(service: Service, settings: Settings, io: CommandIo): Promise<void> {
  const { receive, dashboard } = settings
  if (service.receivePort !== null) {
    const port = await Promise.race([service.receivePort, stopped(io.stop)])
    if (port !== undefined) io.out(`Submissions: ${receiveUrl(receive, port)}/submit/telemetry/<document id>\n`)
  }
  io.out(`Dashboard:   ${httpUrl(dashboard.listen, service.dashboardPort)}/\n`)
}

/** Resolves when it serves, or is asked to `stop` before; throws CommandError where people can act on what prevents it. */
export function startOrExplain(settings: Settings, stop: AbortSignal, start: () => Promise<Service>): Promise<Service> {
  return explained(settings, 'dashboard.listen', async () => {
    const service = await start()
    try {
      await Promise.race([service.receivePort, stopped(stop)])
    } catch (error) {
      await service.stop()
      throw error
    }
    return service
  })
}

/** Trouble that people can act on (`ownListener` is where this process itself listens), in one sentence; everything else is thrown on. */
async function explained<T>(
  settings: Settings,
  ownListener: 'dashboard.listen' | 'admin.listen',
  run: () => Promise<T>,
): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if ((error instanceof DatabaseError && error.kind === 'locked') || error instanceof AlreadyReceiving) {
      throw new CommandError(
        `state is "${settings.state}": another tidewatch is using this directory; stop it, or choose another with --state`,
      )
    }
    if (error instanceof DatabaseError || error instanceof TlsTrouble || error instanceof CalendarTrouble) {
      throw new CommandError(error.message)
    }
    if (error instanceof CannotListen) {
      throw new CommandError(listenTrouble('receive.listen', settings.receive.listen, error.code))
    }
    if (isErrno(error) && error.syscall === 'listen') {
      const address = ownListener === 'admin.listen' ? settings.admin.listen : settings.dashboard.listen
      if (address !== null) throw new CommandError(listenTrouble(ownListener, address, error.code ?? error.message))
    }
    if (isErrno(error) && error.path !== undefined) {
      throw new CommandError(`state is "${settings.state}": ${error.path} can't be used: ${error.code}`)
    }
    throw error
  }
}

function parseRole(given: string): Role {
  const role = ROLES.find((known) => known === given)
  if (role === undefined) throw new UsageError(`--role is "${given}": use ${ROLES.join(', ')}`)
  return role
}

function followSettings(settings: LiveSettings, log: Logger): void {
  settings.onChange((changed) => {
    log.level = changed.log.level
  })
  process.on('SIGHUP', () => {
    const reload = settings.reload()
    if (reload.kind === 'problems') log.error({ problems: reload.problems }, 'the settings were not reloaded')
    else log.info({ changed: reload.changed, needRestart: reload.needRestart }, 'the settings were reloaded')
  })
}

function isErrno(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && 'syscall' in error
}
