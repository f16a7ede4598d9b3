import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadSettings, type SettingsInput } from './load-settings.ts'
import { SETTING_NAMES } from './names.ts'
import { shownValue } from './resolved-setting.ts'
import type { Settings } from './schema.ts'
import { sourceText } from './source.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidewatch-settings-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('defaults', () => {
  test('are complete, and taken apart', () => {
    const { settings } = load({})
    expect(settings.receive.listen).toEqual({ host: '127.0.0.1', port: 8080 })
    expect(settings.receive.maxBodyBytes).toBe(204_800)
    expect(settings.convert.channels).toEqual(['nightly', 'aurora', 'beta', 'release', 'esr'])
    expect(settings.convert.workers).toBeGreaterThanOrEqual(1)
    expect(settings.archive.keepDays).toBe('forever')
    expect(settings.mail.to).toEqual([])
  })

  test('each have a variable that no other has', () => {
    expect(new Set(SETTING_NAMES.map(({ variable }) => variable)).size).toBe(SETTING_NAMES.length)
  })

  test.each([
    ['state', 'TIDEWATCH_STATE'],
    ['publicUrl', 'TIDEWATCH_PUBLIC_URL'],
    ['receive.listen', 'TIDEWATCH_RECEIVE_LISTEN'],
    ['dashboard.listen', 'TIDEWATCH_DASHBOARD_LISTEN'],
    ['smtp.url', 'TIDEWATCH_SMTP_URL'],
    ['mail.to', 'TIDEWATCH_MAIL_TO'],
    ['histograms.dir', 'TIDEWATCH_HISTOGRAMS_DIR'],
    ['histograms.url', 'TIDEWATCH_HISTOGRAMS_URL'],
    ['archive.keepDays', 'TIDEWATCH_ARCHIVE_KEEP_DAYS'],
  ])('%s is %s in the environment', (path, variable) => {
    expect(SETTING_NAMES.find((name) => name.path === path)?.variable).toBe(variable)
  })
})

describe('trusted proxies', () => {
  test('are addresses and networks, wherever they are set', () => {
    const proxies = ['192.0.2.1', '10.0.0.0/8', '::1', 'fd00::/8']
    const environment = { TIDEWATCH_RECEIVE_TRUSTED_PROXIES: proxies.join(', ') }
    expect(load({ environment }).settings.receive.trustedProxies).toEqual(proxies)
    const file = `receive: { trustedProxies: [${proxies.map((proxy) => `"${proxy}"`).join(', ')}] }`
    expect(load({ file }).settings.receive.trustedProxies).toEqual(proxies)
  })

  test.each(['proxy.example.org', '10.0.0.0/', '/8', '10.0.0.0/8/8', '10.0.0.0/255.0.0.0', '10.0.0.0/99', '::1/129'])(
    '"%s" is neither',
    (given) => {
      const [problem] = problems({ environment: { TIDEWATCH_RECEIVE_TRUSTED_PROXIES: given } })
      expect(problem).toContain('use IP addresses, or networks such as 10.0.0.0/8')
    },
  )
})

describe('the stronger source wins', () => {
  const sources = {
    file: () => ({ file: 'log: { level: warn }' }),
    environment: () => ({ environment: { TIDEWATCH_LOG_LEVEL: 'error' } }),
    flag: () => ({ flags: { 'log.level': 'fatal' } }),
  }

  test.each([
    { given: ['file'], wins: 'warn', from: 'tidewatch.yaml, line 1', overrode: ['info'] },
    { given: ['environment'], wins: 'error', from: 'TIDEWATCH_LOG_LEVEL', overrode: ['info'] },
    { given: ['flag'], wins: 'fatal', from: '--log.level', overrode: ['info'] },
    { given: ['file', 'environment'], wins: 'error', from: 'TIDEWATCH_LOG_LEVEL', overrode: ['warn', 'info'] },
    { given: ['file', 'flag'], wins: 'fatal', from: '--log.level', overrode: ['warn', 'info'] },
    { given: ['environment', 'flag'], wins: 'fatal', from: '--log.level', overrode: ['error', 'info'] },
    { given: ['file', 'environment', 'flag'], wins: 'fatal', from: '--log.level', overrode: ['error', 'warn', 'info'] },
  ] as const)('of $given: $wins', ({ given, wins, from, overrode }) => {
    const loaded = load(Object.assign({}, ...given.map((source) => sources[source]())))
    expect(loaded.settings.log.level).toBe(wins)
    const resolved = loaded.resolved.find(({ name }) => name.path === 'log.level')
    expect(resolved && sourceText(resolved.chosen.source)).toContain(from)
    expect(resolved?.overridden.map(({ value }) => value)).toEqual(overrode)
  })

  test('an empty variable is an unset one', () => {
    expect(load({ environment: { TIDEWATCH_LOG_LEVEL: '' } }).settings.log.level).toBe('info')
  })
})

describe('values are read', () => {
  test.each<{ source: string; given: Given; read: (settings: Settings) => unknown; as: unknown }>([
    {
      source: 'a number in a variable',
      given: variable('ARCHIVE_KEEP_DAYS', '7'),
      read: (s) => s.archive.keepDays,
      as: 7,
    },
    {
      source: 'bytes with a unit',
      given: variable('SPOOL_SEGMENT_MAX_BYTES', '1 MiB'),
      read: (s) => s.spool.segmentMaxBytes,
      as: 1_048_576,
    },
    {
      source: 'bytes without one',
      given: variable('SPOOL_SEGMENT_MAX_BYTES', '65536'),
      read: (s) => s.spool.segmentMaxBytes,
      as: 65_536,
    },
    {
      source: 'a list in a variable',
      given: variable('MAIL_TO', 'a@b.org, C <c@d.org>'),
      read: (s) => s.mail.to,
      as: ['a@b.org', 'C <c@d.org>'],
    },
    { source: 'a list in a file', given: { file: 'mail:\n  to: [a@b.org]' }, read: (s) => s.mail.to, as: ['a@b.org'] },
    {
      source: 'a yes in a variable',
      given: variable('RECEIVE_KEEP_CLIENT_ADDRESS', 'true'),
      read: (s) => s.receive.keepClientAddress,
      as: true,
    },
    {
      source: 'JSON in a variable',
      given: variable('CONVERT_REASONS', '{"min":"a","max":"m"}'),
      read: (s) => s.convert.reasons,
      as: { min: 'a', max: 'm' },
    },
    {
      source: 'any value in a variable',
      given: variable('CONVERT_CHANNELS', '*'),
      read: (s) => s.convert.channels,
      as: '*',
    },
    {
      source: 'an IPv6 address',
      given: variable('RECEIVE_LISTEN', '[::1]:0'),
      read: (s) => s.receive.listen,
      as: { host: '::1', port: 0 },
    },
    { source: 'JSON as a file', given: { file: '{"log": {"level": "debug"}}' }, read: (s) => s.log.level, as: 'debug' },
    {
      source: 'a name with dots in a file',
      given: { file: 'log.level: debug' },
      read: (s) => s.log.level,
      as: 'debug',
    },
    { source: 'an empty group', given: { file: 'log:\n' }, read: (s) => s.log.level, as: 'info' },
    { source: 'an empty file', given: { file: '# nothing yet\n' }, read: (s) => s.log.level, as: 'info' },
  ])('$source', ({ given, read, as }) => {
    expect(read(load(given).settings)).toEqual(as)
  })

  test("a file's relative paths are meant from its folder", () => {
    mkdirSync(join(folder, 'etc'))
    writeFileSync(join(folder, 'etc/tide.yaml'), 'state: ../var\nhistograms.dir: /spec\n')
    const { settings } = load({ configFile: 'etc/tide.yaml' })
    expect([settings.state, settings.histograms.dir]).toEqual([join(folder, 'var'), '/spec'])
  })
})

describe('what is wrong is told', () => {
  test.each<{ given: Given; told: string }>([
    {
      given: variable('ARCHIVE_KEEP_DAYS', '-3'),
      told: 'archive.keepDays is -3 (from TIDEWATCH_ARCHIVE_KEEP_DAYS): use a whole number of days from 1, or "forever"',
    },
    {
      given: { file: '# ours\nreceive:\n  heartbeatSeconds: 61\n' },
      told: 'receive.heartbeatSeconds is 61 (from FILE, line 3): use a whole number from 1 to 60',
    },
    {
      given: { flags: { 'log.level': 'loud' } },
      told: 'log.level is "loud" (from --log.level): use trace, debug, info, warn, error, fatal, silent',
    },
    {
      given: { file: 'mail: { to: [a@b.org, nobody] }' },
      told: 'mail.to[1] is "nobody" (from FILE, line 1): use a mail address, or NAME <ADDRESS>',
    },
    {
      given: { file: 'mail: { to: nobody }' },
      told: 'mail.to is "nobody" (from FILE, line 1): use mail addresses (in a variable or a flag: joined by commas)',
    },
    {
      given: { file: 'mail:\n  routes:\n    - to: [a@b.org]\n    - to: [c@d.org, nobody]' },
      told: 'mail.routes[1].to[1] is "nobody" (from FILE, line 2): use a mail address, or webhook:NAME',
    },
    {
      given: { file: 'mail: { routes: [{ to: [a@b.org], kinds: [fall] }] }' },
      told: 'mail.routes[0].kinds[0] is "fall" (from FILE, line 1): use one of outage, drop, decline, surge, invalid, discarded, build, novelty, gap, stalled',
    },
    {
      given: { file: 'mail: { routes: [{ to: [a@b.org], quietHours: { from: "22:00", to: "7" } }] }' },
      told: 'mail.routes[0].quietHours.to is "7" (from FILE, line 1): use a time of day such as 22:00',
    },
    {
      given: { file: 'mail: { routes: [{ channels: [nightly] }] }' },
      told: 'mail.routes[0].to is missing (from FILE, line 1): use a list of mail addresses',
    },
    {
      given: { file: 'mail: { routes: [{ to: ["webhook:pager"] }] }' },
      told: 'mail.routes is [{"to":["webhook:pager"]}] (from FILE, line 1): use webhooks that the setting webhooks names (there is none), not pager',
    },
    {
      given: variable('SMTP_URL', 'ftp://user:secret@host'),
      told: 'smtp.url is "ftp://user:***@host" (from TIDEWATCH_SMTP_URL): use an address that begins with smtp:// or smtps://, or nothing',
    },
    {
      given: variable('CONVERT_REASONS', '{"regexp":"("}'),
      told: 'convert.reasons is {"regexp":"("} (from TIDEWATCH_CONVERT_REASONS): use "*" for any, a value, a list of values, {"min": …, "max": …} (either may be left out), or {"regexp": …}',
    },
    { given: { file: '\nrecieve: { listen: x }' }, told: 'FILE, line 2: recieve is no setting: did you mean receive?' },
    {
      given: { file: 'receive:\n  listne: x' },
      told: 'FILE, line 2: receive.listne is no setting: did you mean receive.listen?',
    },
    { given: { file: 'zzz: 1' }, told: 'FILE, line 1: zzz is no setting: tidewatch config lists all settings' },
    { given: { file: 'log: 3' }, told: 'FILE, line 1: log is a group: write its settings below it' },
    {
      given: { file: 'log.level: warn\nlog: { level: warn }' },
      told: 'FILE, line 2: log.level is set for the second time in this file',
    },
    {
      given: { file: 'receive:\n  tls:\n    certificate: cert.pem' },
      told: `receive.tls.key is "" (from the default): use the path of the certificate's private key, since receive.tls.certificate is set`,
    },
    {
      given: variable('RECEIVE_TLS_KEY', 'key.pem'),
      told: 'receive.tls.certificate is "" (from the default): use the path of a certificate, since receive.tls.key is set',
    },
    {
      given: { file: 'receive: { tls: 3 }' },
      told: 'FILE, line 1: receive.tls is a group: write its settings below it',
    },
    { given: { file: '- a' }, told: 'FILE holds no settings: write such as "state: var"' },
    { given: variable('STAET', 'x'), told: 'TIDEWATCH_STAET is no setting: did you mean TIDEWATCH_STATE?' },
    {
      given: variable('DASHBOARD_LISTEN', '0.0.0.0:8081'),
      told:
        'dashboard.listen is "0.0.0.0:8081" (from TIDEWATCH_DASHBOARD_LISTEN): use an address of this machine only, such as 127.0.0.1:8081, ' +
        'since nobody has to sign in; where everybody who can reach it may see the dashboard, set dashboard.exposeWithoutSignIn to true',
    },
    {
      given: variable('DASHBOARD_LISTEN', '127.0.0.1:8080'),
      told: 'dashboard.listen is "127.0.0.1:8080" (from TIDEWATCH_DASHBOARD_LISTEN): use another address than receive.listen: the open edge serves nothing else',
    },
    {
      given: { environment: { TIDEWATCH_ADMIN_LISTEN: '0.0.0.0:8082' } },
      told:
        'admin.listen is "0.0.0.0:8082" (from TIDEWATCH_ADMIN_LISTEN): use an address of this machine only, such as 127.0.0.1:8082, ' +
        'since nobody has to sign in; where everybody who can reach it may see the metrics, set dashboard.exposeWithoutSignIn to true',
    },
    {
      given: { environment: { TIDEWATCH_ADMIN_LISTEN: '127.0.0.1:8080' } },
      told: 'admin.listen is "127.0.0.1:8080" (from TIDEWATCH_ADMIN_LISTEN): use another address than receive.listen: the open edge serves nothing else',
    },
    {
      given: { environment: { TIDEWATCH_ADMIN_LISTEN: 'here' } },
      told: 'admin.listen is "here" (from TIDEWATCH_ADMIN_LISTEN): use HOST:PORT such as 127.0.0.1:8082 (port 0: any free one), or nothing',
    },
  ])('$told', ({ given, told }) => {
    expect(problems(given)).toEqual([told])
  })

  test('all at once', () => {
    const told = problems({
      file: 'stat: x\nlog: { level: loud }',
      environment: { TIDEWATCH_MAIL_TOO: 'x', TIDEWATCH_ARCHIVE_KEEP_DAYS: '0' },
      flags: { 'receive.listen': 'here' },
    })
    expect(told.map((problem) => problem.split(' is ')[0])).toEqual([
      'FILE, line 1: stat',
      'TIDEWATCH_MAIL_TOO',
      'receive.listen',
      'archive.keepDays',
      'log.level',
    ])
  })

  test('a file that is named and not there', () => {
    expect(problems({ configFile: 'gone.yaml' })).toEqual([
      `The settings file ${join(folder, 'gone.yaml')} (from --config) can't be read: there is no such file`,
    ])
    expect(problems({ environment: { TIDEWATCH_CONFIG: '/gone.yaml' } })).toEqual([
      "The settings file /gone.yaml (from TIDEWATCH_CONFIG) can't be read: there is no such file",
    ])
  })

  test('a file that is no YAML, with its line', () => {
    expect(problems({ file: 'log:\n  level: "war' })[0]).toMatch(/^FILE, line 2: /)
  })

  test('the dashboard may be reached from elsewhere where that is said in so many words', () => {
    const environment = {
      TIDEWATCH_DASHBOARD_LISTEN: '0.0.0.0:8081',
      TIDEWATCH_DASHBOARD_EXPOSE_WITHOUT_SIGN_IN: 'true',
    }
    expect(load({ environment }).settings.dashboard.listen.host).toBe('0.0.0.0')
  })
})

test('whatever is given, the answer is settings or sentences', () => {
  const path = fc.constantFrom(...SETTING_NAMES.map((name) => name.path))
  fc.assert(
    fc.property(fc.dictionary(path, fc.string(), { maxKeys: 5 }), fc.jsonValue(), (flags, file) => {
      const loaded = loadSettings(input({ flags, file: JSON.stringify(file) }))
      if (loaded.kind === 'problems') expect(loaded.problems.length).toBeGreaterThan(0)
    }),
    { numRuns: 50 },
  )
})

test('a password is never shown', () => {
  const password = fc.string({ unit: fc.constantFrom(...'aA1:@/%#?& '), minLength: 3 }).map((text) => `pw${text}pw`)
  fc.assert(
    fc.property(password, (secret) => {
      const name = SETTING_NAMES.find(({ path }) => path === 'smtp.url')
      expect(name && shownValue(name, `smtp://user:${secret}@mail.example.org`)).not.toContain(secret)
    }),
  )
})

interface Given {
  readonly file?: string
  readonly configFile?: string
  readonly environment?: Readonly<Record<string, string>>
  readonly flags?: Readonly<Record<string, string>>
}

function variable(name: string, value: string): Given {
  return { environment: { [`TIDEWATCH_${name}`]: value } }
}

function input({ file, configFile, environment = {}, flags = {} }: Given): SettingsInput {
  if (file !== undefined) writeFileSync(join(folder, 'tidewatch.yaml'), file)
  const named = configFile ?? null
  return { flags: new Map(Object.entries(flags)), configFile: named, environment, currentFolder: folder }
}

function load(given: Given) {
  const loaded = loadSettings(input(given))
  if (loaded.kind === 'problems') throw new Error(loaded.problems.join('\n'))
  return loaded
}

function problems(given: Given): string[] {
  const loaded = loadSettings(input(given))
  if (loaded.kind === 'settings') throw new Error('nothing is wrong')
  return loaded.problems.map((problem) => problem.replaceAll(join(folder, 'tidewatch.yaml'), 'FILE'))
}
