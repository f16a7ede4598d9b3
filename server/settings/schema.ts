import { availableParallelism } from 'node:os'
import { z } from 'zod'
import { isTimeZone } from '../../alerts/calendar/local-day.ts'
import { USUAL_FALSE_ALARMS_PER_YEAR } from '../../alerts/judge/sensitivity.ts'
import { DEFAULT_NAME_RULES } from '../../data/counts/fold-names.ts'
import { DEFAULT_DIMENSION_SCHEMA, FIELD_NAMES } from '../../data/domain/dimension-schema.ts'
import { PROBLEMS } from '../../data/domain/outcome.ts'
import { DEFAULT_CONSTANTS } from '../../data/histograms/definition-number.ts'
import { DEFAULT_REVISION_RULES } from '../../data/histograms/revision.ts'
import { LOG_LEVELS } from '../log.ts'
import { isProxy } from '../receive/trusted-proxies.ts'
import { CLOCK_OR_NOTHING, MAILBOX, mailRouteSetting } from './mail-route-setting.ts'
import { falseAlarmsPerYear, sensitivitySetting } from './sensitivity-setting.ts'
import {
  address,
  bytes,
  choice,
  days,
  folder,
  listenAddress,
  optionalListenAddress,
  ratio,
  setting,
  structure,
  text,
  texts,
  wholeNumber,
  yesOrNo,
} from './setting.ts'

const allowedValues = z.union([
  z.string(),
  z.array(z.string()),
  z.strictObject({ min: z.string(), max: z.string() }),
  z.strictObject({ min: z.string() }),
  z.strictObject({ max: z.string() }),
  z.strictObject({ regexp: z.string().refine(isRegularExpression) }),
])

const ALLOWED_VALUES =
  '"*" for any, a value, a list of values, {"min": …, "max": …} (either may be left out), or {"regexp": …}'

/** What the converter counts by name where no setting says otherwise. */
function valuesByDefault(dimension: keyof typeof FIELD_NAMES): z.input<typeof allowedValues> {
  const entry = DEFAULT_DIMENSION_SCHEMA.dimensions.find(({ field_name }) => field_name === FIELD_NAMES[dimension])
  return allowedValues.parse(entry?.allowed_values ?? '*')
}

const webhook = z.strictObject({
  url: z
    .string()
    .regex(/^https?:\/\/./)
    .refine((given) => URL.canParse(given)),
  secret: z.string().default(''),
})

/** Who knows an address of Slack's may write there, so of that only the host is shown. */
function withoutSecrets(given: unknown): unknown {
  const parsed = z.record(z.string(), z.looseObject({ url: z.unknown() })).safeParse(given)
  if (!parsed.success) return '***'
  const shown = Object.entries(parsed.data).map(([name, { url }]) => [name, { url: hostOnly(url), secret: '***' }])
  return Object.fromEntries(shown)
}

function hostOnly(url: unknown): string {
  return typeof url === 'string' && URL.canParse(url) ? `${new URL(url).origin}/***` : '***'
}

const ROUTES_ALLOWED =
  'a list of routes: {"to": [addresses]}, with any of "name", "channels", "kinds", "severity" (low, medium or high), ' +
  '"quietHours" ({"from", "to", "timeZone"}) and "repeatHours"'

/** All settings, with their defaults and limits; docs/settings.md is checked against it. */
export const settingsSchema = z.strictObject({
  state: folder('var', {
    applies: 'restart',
    about: 'The state directory: everything that a running server keeps.',
  }),
  publicUrl: address('', {
    schemes: ['http', 'https'],
    applies: 'live',
    about: 'Where people reach the dashboard: the base of all links in mails. Without it mails carry no links.',
  }),

  receive: z.strictObject({
    listen: listenAddress('127.0.0.1:8080', {
      applies: 'restart',
      about: 'Where submissions are received. Nothing else is served there.',
    }),
    receivers: wholeNumber(Math.max(1, Math.floor(availableParallelism() / 2)), {
      least: 1,
      most: 64,
      applies: 'restart',
      defaultText: 'half of the processors, at least 1',
      about: 'Processes that receive, all at that address; the other half is for converting and counting.',
    }),
    tls: z.strictObject({
      certificate: folder('', {
        applies: 'restart',
        allowed: 'the path of a file, or nothing',
        about:
          'A certificate with its chain (PEM): submissions are received over HTTPS. New contents are used without a restart.',
      }),
      key: folder('', {
        applies: 'restart',
        allowed: 'the path of a file, or nothing',
        about: "The certificate's private key (PEM), without a passphrase.",
      }),
    }),
    maxBodyBytes: bytes('200 KiB', {
      applies: 'restart',
      about: 'A longer body is discarded, answered with 202 and counted.',
    }),
    maxPathBytes: bytes('10 KiB', {
      least: 64,
      most: 65_535,
      applies: 'restart',
      about: 'A longer path is discarded, answered with 202 and counted.',
    }),
    maxHeaderBytes: bytes('16 KiB', {
      least: 1024,
      applies: 'restart',
      about: 'All headers of a request together; more is answered with 431.',
    }),
    maxHeaderCount: wholeNumber(100, {
      least: 1,
      applies: 'restart',
      about: 'Headers of one request; more are answered with 431.',
    }),
    headerTimeoutSeconds: wholeNumber(10, {
      least: 1,
      applies: 'restart',
      about: 'How long a client may take to send its headers (408).',
    }),
    bodyTimeoutSeconds: wholeNumber(30, {
      least: 1,
      applies: 'restart',
      about: 'How long a client may take to send its whole request (408).',
    }),
    maxConnections: wholeNumber(10_000, {
      least: 1,
      applies: 'restart',
      about: 'Connections at one time; those beyond are closed at once. The receivers share them evenly.',
    }),
    maxConnectionsPerAddress: wholeNumber(2_500, {
      least: 1,
      applies: 'restart',
      about:
        'Connections from one address (of IPv6: one /64 network) to one receiver at one time; those beyond are closed at once.',
    }),
    maxRequestsPerConnection: wholeNumber(10_000, {
      least: 1,
      applies: 'restart',
      about: 'With the answer to so many requests a connection is closed; the client opens another.',
    }),
    maxPendingBytes: bytes('20 MiB', {
      least: 1024 ** 2,
      applies: 'restart',
      about: 'Bodies in memory that wait for the disk; more are answered with 503. The receivers share them evenly.',
    }),
    minFreeDiskBytes: bytes('256 MiB', {
      least: 0,
      applies: 'restart',
      about: 'With less free on the disk of the state directory, submissions are answered with 507.',
    }),
    heartbeatSeconds: wholeNumber(2, {
      least: 1,
      most: 60,
      applies: 'restart',
      about: 'How often the spool notes that somebody is listening, traffic or not.',
    }),
    trustedProxies: texts([], {
      isAllowed: isProxy,
      allowed: 'IP addresses, or networks such as 10.0.0.0/8 (in a variable or a flag: joined by commas)',
      applies: 'restart',
      about:
        'Addresses or networks of proxies whose X-Forwarded-For is believed, and which may have as many connections as they need.',
    }),
    keepClientAddress: yesOrNo(false, {
      applies: 'restart',
      about: "Whether the client's address is kept with its submission.",
    }),
    keepHeaders: texts(['Date', 'User-Agent', 'X-Debug-ID', 'X-Source-Tags'], {
      pattern: /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/,
      allowed: 'names of headers (in a variable or a flag: joined by commas)',
      applies: 'restart',
      about: 'Request headers that are kept with a submission.',
    }),
  }),

  spool: z.strictObject({
    segmentMaxAgeSeconds: wholeNumber(2, {
      least: 1,
      most: 600,
      applies: 'restart',
      about: 'After so long a segment is closed and converted: counts are that old at least.',
    }),
    segmentMaxBytes: bytes('8 MiB', {
      least: 64 * 1024,
      applies: 'restart',
      about: 'A segment is closed when it has grown to this.',
    }),
    keepRawDays: wholeNumber(0, {
      least: 0,
      most: 3650,
      applies: 'live',
      about:
        'So many days what was received is kept beside the archive, compressed and as it came: a mistake of the converter can then be undone. 0: not.',
    }),
  }),

  convert: z.strictObject({
    workers: wholeNumber(Math.max(1, availableParallelism() - 1), {
      least: 1,
      most: 256,
      applies: 'restart',
      defaultText: 'the processors less one, at least 1',
      about: 'Threads that convert submissions.',
    }),
    submissionTimeoutSeconds: wholeNumber(30, {
      least: 1,
      most: 3600,
      applies: 'restart',
      about:
        'A thread that works on one submission for so long is replaced; a submission that does so twice is kept aside. ' +
        'Waiting for a specification or the disk doesn’t count.',
    }),
    keepCorruptedDays: days(90, {
      applies: 'live',
      about: 'How long damaged stretches and files are kept that were set aside.',
    }),
    channels: structure(allowedValues, valuesByDefault('channel'), {
      allowed: ALLOWED_VALUES,
      applies: 'restart',
      about: 'Channels that are counted by name; others count as OTHER.',
    }),
    reasons: structure(allowedValues, valuesByDefault('reason'), {
      allowed: ALLOWED_VALUES,
      applies: 'restart',
      about: 'Reasons that are counted by name; others count as OTHER.',
    }),
    applications: structure(allowedValues, valuesByDefault('appName'), {
      allowed: ALLOWED_VALUES,
      applies: 'restart',
      about: 'Applications that are counted by name; others count as OTHER.',
    }),
    maxInflatedBytes: bytes('16 MiB', {
      least: 64 * 1024,
      applies: 'restart',
      about: 'A compressed body that inflates to more is rejected as too_large_inflated.',
    }),
    lostHistogramsRatio: ratio(0.1, {
      applies: 'restart',
      about: 'A submission that would lose a greater share of its histograms is quarantined whole.',
    }),
    countryHeader: text('', {
      pattern: /^[!#$%&'*+.^_`|~0-9A-Za-z-]*$/,
      allowed: 'the name of a header, or nothing',
      applies: 'restart',
      about:
        'A header in which a proxy says which country a submission comes from, such as `DE`. It is kept, and of Firefox OS ' +
        'devices it becomes `info.geoCountry`.',
    }),
    specificationWaitSeconds: wholeNumber(3, {
      least: 0,
      most: 60,
      applies: 'restart',
      about: 'How long a submission waits for its histogram specification before it is quarantined.',
    }),
  }),

  histograms: z.strictObject({
    dir: folder('', {
      applies: 'restart',
      allowed: 'the path of a folder, or nothing',
      about: 'A folder of histogram specifications, `<revision>[.<tag>].json`.',
    }),
    url: address('', {
      schemes: ['http', 'https'],
      applies: 'restart',
      about: 'A server that is asked for histogram specifications.',
    }),
    form: choice(['raw-file', 'query'], 'raw-file', {
      applies: 'restart',
      about:
        'How that server is asked: `…/<repository>/raw-file/<revision>/toolkit/components/telemetry/Histograms.json`, ' +
        'or `…/histograms?revision=…`.',
    }),
    revisionPrefixes: texts(DEFAULT_REVISION_RULES.prefixes, {
      pattern: /^https?:\/\/[^\s/]+(\/[^\s/]+)*$/,
      allowed: 'addresses without a slash at the end (in a variable or a flag: joined by commas)',
      applies: 'live',
      about: 'What may stand before `/<repository>/rev/…` in a revision.',
    }),
    repositories: texts(DEFAULT_REVISION_RULES.repositories, {
      pattern: /^[A-Za-z0-9._*-]+(\/[A-Za-z0-9._*-]+)*$/,
      allowed: 'paths of letters, digits, ".", "_", "-", and "*" (in a variable or a flag: joined by commas)',
      applies: 'live',
      about: 'Repositories that revisions may name; `*` stands for any part of a name.',
    }),
    constants: structure(
      z.record(z.string(), z.int()),
      { ...DEFAULT_CONSTANTS },
      {
        allowed: 'names with their whole numbers: {"NAME": 12}',
        applies: 'restart',
        about: 'Numbers that specifications call by a name of their source code.',
      },
    ),
    maxFetchesPerMinute: wholeNumber(30, {
      least: 1,
      applies: 'restart',
      about: 'The histogram server is asked at most so often.',
    }),
    timeoutSeconds: wholeNumber(10, {
      least: 1,
      most: 600,
      applies: 'restart',
      about: 'How long one answer of the histogram server may take.',
    }),
    missingTtlMinutes: wholeNumber(60, {
      least: 1,
      applies: 'restart',
      about: 'How long it is remembered that the histogram server has no specification for a revision (404).',
    }),
  }),

  disk: z.strictObject({
    tellWithinHours: wholeNumber(24, {
      least: 1,
      most: 24 * 6,
      applies: 'live',
      about:
        'People are told when the disk of the state directory, filling as it does, will be at ' +
        'receive.minFreeDiskBytes within this time.',
    }),
  }),

  stalled: z.strictObject({
    tellAfterMinutes: wholeNumber(10, {
      least: 1,
      most: 24 * 60,
      applies: 'live',
      about:
        'People are told when what was received waits for longer than this to be counted or judged, and doesn’t catch up.',
    }),
  }),

  duplicates: z.strictObject({
    windowHours: wholeNumber(7 * 24, {
      least: 1,
      most: 24 * 31,
      applies: 'live',
      about: 'A copy of a submission that comes within this time (before or after, by receipt) is a duplicate.',
    }),
  }),

  archive: z.strictObject({
    partMaxAgeMinutes: wholeNumber(15, {
      least: 1,
      most: 24 * 60,
      applies: 'live',
      about: 'Converted submissions wait at most so long for the archive.',
    }),
    partMaxBytes: bytes('64 MiB', {
      least: 1024 ** 2,
      applies: 'live',
      about: 'Converted submissions that have grown to this go to the archive at once.',
    }),
    compactAfterDays: wholeNumber(1, {
      least: 0,
      most: 365,
      applies: 'live',
      about: 'So many days after its end, the small files of a day are put together.',
    }),
    compactFileBytes: bytes('256 MiB', {
      least: 1024 ** 2,
      applies: 'live',
      about: 'What a file that is made of others holds at most, before compression (to about a tenth).',
    }),
    keepDays: days('forever', { applies: 'live', about: 'How long the archive keeps submissions.' }),
  }),
  quarantine: z.strictObject({
    keepDays: days('forever', { applies: 'live', about: 'How long what could not be converted is kept.' }),
    keepDaysByProblem: structure(
      z.partialRecord(z.enum(PROBLEMS), z.union([z.int().min(1), z.literal('forever')])),
      {},
      {
        allowed: 'problems with their days: {"bad_json": 30, "invalid_revision": "forever"}',
        applies: 'live',
        about: 'How long what has one of these problems is kept instead.',
      },
    ),
  }),
  counts: z.strictObject({
    keepMinuteHours: wholeNumber(48, {
      least: 2,
      applies: 'live',
      about: 'How long counts by the minute are kept.',
    }),
    keepHourDays: days('forever', {
      applies: 'live',
      about:
        'How long counts by the hour are kept, those that were imported apart. The judge learns from the last 66 days: keep no fewer.',
    }),
    keepAttributeDays: wholeNumber(90, {
      least: 1,
      applies: 'live',
      about: 'How long counts of watched attributes are kept.',
    }),
    namesPerHour: wholeNumber(DEFAULT_NAME_RULES.namesPerHour, {
      least: 10,
      most: 100_000,
      applies: 'live',
      about:
        'So many builds of a channel, and values of an attribute in it, are told apart in an hour that goes on; further ones are `OTHER`.',
    }),
    settledNamesPerHour: wholeNumber(DEFAULT_NAME_RULES.settledNamesPerHour, {
      least: 10,
      most: 100_000,
      applies: 'live',
      about: 'So many of them keep their names once the hour is over: those with most submissions.',
    }),
    pinnedBuilds: wholeNumber(DEFAULT_NAME_RULES.pinnedBuilds, {
      least: 0,
      most: 1000,
      applies: 'live',
      about: 'So many of the newest builds of a channel that hold 0.2 % of it keep their names in any case.',
    }),
    watchedProblems: texts(DEFAULT_NAME_RULES.watchedProblems, {
      isAllowed: (text) => PROBLEMS.some((problem) => problem === text),
      allowed: `a list of ${PROBLEMS.join(', ')} (in a variable or a flag: joined by commas)`,
      applies: 'live',
      about:
        'Builds with 0.2 % of the submissions of their channel that have one of these problems keep their names in any case.',
    }),
    memoryLimit: bytes('512 MiB', {
      least: 128 * 2 ** 20,
      applies: 'restart',
      about: 'What the database may take of memory; what does not fit goes to the disk, up to eight times as much.',
    }),
    threads: wholeNumber(2, {
      least: 1,
      most: 64,
      applies: 'restart',
      about: 'Threads that answer questions to the database.',
    }),
  }),

  smtp: z.strictObject({
    url: address('', {
      schemes: ['smtp', 'smtps'],
      applies: 'live',
      about:
        'The mail server, such as `smtp://user:password@mail.example.org:587`. Without it mails are kept as files.',
    }),
    caFile: folder('', {
      allowed: 'the path of a file, or nothing',
      applies: 'live',
      about:
        'Certificates (PEM) that are trusted for the mail server besides the well-known ones: of an authority of your own.',
    }),
  }),
  mail: z.strictObject({
    keepDays: days(400, {
      applies: 'live',
      about: 'How long the copies of mails are kept, which pages show and give out as .eml files.',
    }),
    from: text('Tidewatch <tidewatch@localhost>', {
      pattern: MAILBOX,
      allowed: 'a mail address, or NAME <ADDRESS>',
      applies: 'live',
      about: 'The sender of all mails.',
    }),
    to: texts([], {
      pattern: MAILBOX,
      each: 'a mail address, or NAME <ADDRESS>',
      allowed: 'mail addresses (in a variable or a flag: joined by commas)',
      applies: 'live',
      about: 'Who is told what no route brings to anybody: without routes, everything.',
    }),
    routes: structure(z.array(mailRouteSetting), [], {
      allowed: ROUTES_ALLOWED,
      applies: 'live',
      namesParts: true,
      about:
        'Who is told what: by channels, kinds and least severity, with quiet hours for what is not of high severity. ' +
        'Whoever is on several routes gets one mail. See [incidents](incidents.md#routes).',
    }),
    mostPerHour: wholeNumber(12, {
      least: 2,
      most: 1000,
      applies: 'live',
      about: 'A recipient gets at most so many mails in an hour; of what is more, one mail tells the rest.',
    }),
    digestAt: text('08:00', {
      pattern: CLOCK_OR_NOTHING,
      allowed: 'a time of day such as 08:00, or nothing',
      applies: 'live',
      about: 'When the daily digest is sent. It also proves that mails arrive. Nothing: none is sent.',
    }),
    digestTimeZone: setting(z.string().refine(isTimeZone), 'UTC', {
      allowed: 'a time zone such as Europe/Berlin',
      fromText: (given) => given,
      applies: 'live',
      about: "The time zone of the digest's time.",
    }),
    digestTo: texts([], {
      pattern: MAILBOX,
      each: 'a mail address, or NAME <ADDRESS>',
      allowed: 'mail addresses (in a variable or a flag: joined by commas)',
      applies: 'live',
      about: 'Who gets the digest. Nobody named: those of mail.to.',
    }),
  }),

  judge: z.strictObject({
    calendar: folder('', {
      allowed: 'the path of a file (.yaml or .ics), or nothing',
      applies: 'live',
      about:
        'What is known beforehand: holidays, releases, maintenance. It is read at the start and with each reload. See [judging](judging.md#what-people-know).',
    }),
    sensitivity: structure(z.array(sensitivitySetting), [], {
      allowed:
        'a list of wishes: any of "missing" and "surge" ({"percent", "hours"}), "invalid" and "discarded" ({"points", "hours"}) and ' +
        '"falseAlarmsPerYear", with "channels" or for all',
      applies: 'live',
      namesParts: true,
      about:
        'What is worth telling, by channel and kind, such as `{"channels": ["beta*"], "missing": {"percent": 30, "hours": 6}}`. Of each ' +
        'kind the first that is about a channel holds; what nobody asks for is judged as ever. See [judging](judging.md#how-to-tune).',
    }),
    falseAlarmsPerYear: setting(falseAlarmsPerYear, USUAL_FALSE_ALARMS_PER_YEAR, {
      allowed: 'a number from 0.001 to 12',
      fromText: (given) => (/^\d+(\.\d+)?$/.test(given.trim()) ? Number(given) : given),
      applies: 'live',
      about:
        'How many false alarms a year one channel may raise, about: more of them make smaller losses visible where noise is what hides them.',
    }),
  }),

  webhooks: structure(
    z.record(z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/), webhook),
    {},
    {
      allowed: 'names (a-z, 0-9, "-") with an address and a secret: {"pager": {"url": "https://…", "secret": "…"}}',
      applies: 'live',
      about:
        'Addresses that every mail is posted to as well, as signed JSON. Routes may name one as recipient: `webhook:pager`.',
      masked: withoutSecrets,
    },
  ),
  deadMansSwitch: z.strictObject({
    url: address('', {
      schemes: ['http', 'https'],
      applies: 'live',
      about:
        'Asked regularly while everything works: counts are fresh, hours are judged, mails go out. Whoever is there tells you when it is not.',
    }),
    everyMinutes: wholeNumber(5, { least: 1, most: 24 * 60, applies: 'live', about: 'How often it is asked.' }),
  }),

  dashboard: z.strictObject({
    listen: listenAddress('127.0.0.1:8081', {
      applies: 'restart',
      about: 'Where the dashboard and its API are served.',
    }),
    exposeWithoutSignIn: yesOrNo(false, {
      applies: 'restart',
      about: 'Says in so many words that the dashboard may be reached from other machines, by anybody.',
    }),
    hostNames: texts([], {
      pattern: /^[A-Za-z0-9.:[\]-]+$/,
      allowed: 'host names without a port (in a variable or a flag: joined by commas)',
      applies: 'restart',
      about: "Host names that the dashboard answers to, besides the loopback ones and the public address's.",
    }),
    frameAncestors: texts([], {
      pattern: /^https?:\/\/(\*\.)?[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(:(\d{1,5}|\*))?$/,
      allowed:
        'origins such as https://wiki.example.org or https://*.example.org (in a variable or a flag: joined by commas)',
      applies: 'live',
      about:
        'Whose pages may show the charts under /embed/ in a frame (docs/embedding.md); by default nobody’s. Nothing else can be framed.',
    }),
  }),
  admin: z.strictObject({
    listen: optionalListenAddress({
      applies: 'restart',
      about:
        'Where `serve --role receive` and `--role convert` serve their metrics. The other roles serve them on dashboard.listen.',
    }),
  }),
  log: z.strictObject({
    level: setting(z.enum(LOG_LEVELS), 'info', {
      allowed: LOG_LEVELS.join(', '),
      fromText: (given) => given,
      applies: 'live',
      about: 'The least grave lines that the log shows.',
    }),
  }),
})

/** The settings as the program uses them: complete, checked, addresses taken apart, sizes in bytes. */
export type Settings = z.output<typeof settingsSchema>

function isRegularExpression(pattern: string): boolean {
  try {
    new RegExp(pattern, 'u')
    return true
  } catch {
    return false
  }
}
