import { z } from 'zod'

/** What is said of a setting besides its type. */
export interface SettingFacts {
  /** One sentence for the documentation: what it does. */
  readonly about: string
  /** What may stand there, as the end of "use …": `a whole number from 1`. */
  readonly allowed: string
  /** `live`: a reload puts it to work at once; `restart`: it is read at the start only. */
  readonly applies: 'live' | 'restart'
  /** How the default reads in the documentation, where it depends on the machine. */
  readonly defaultText?: string
  /** Reads the words of a variable or a flag; what it can't read goes on as it is, and the schema refuses it by name. */
  readonly fromText: (text: string) => unknown
  /** A relative path in the settings file is meant from the file's own folder. */
  readonly isPath?: boolean
  /** An error names the part that is wrong, by what its schema says of it, and not the whole. */
  readonly namesParts?: boolean
  /** The same value, fit to be shown: without passwords. */
  readonly masked?: (value: unknown) => unknown
}

/** Every setting's schema has its facts here; a group of settings has none: that tells one from the other. */
export const settingFacts = z.registry<SettingFacts>()

type Facts = Pick<SettingFacts, 'about' | 'applies'> & Partial<SettingFacts>

const asIs = (text: string) => text
const asNumber = (text: string) => (/^-?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : text)
const asFlag = (text: string) => (text === 'true' ? true : text === 'false' ? false : text)
const asList = (text: string) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')

const asJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** A setting of any shape, told apart from its group by its facts. The default is a value as a file would give it. */
export function setting<Schema extends z.ZodType>(
  schema: Schema,
  initial: z.input<Schema> & z.core.util.NoUndefined<z.input<Schema>>,
  facts: SettingFacts,
): z.ZodPrefault<Schema> {
  const withDefault = z.prefault(schema, initial)
  settingFacts.add(withDefault, facts)
  return withDefault
}

export function text(initial: string, facts: Facts & { readonly pattern?: RegExp }) {
  const { pattern = /^/, ...rest } = facts
  return setting(z.string().regex(pattern), initial, { allowed: 'text', fromText: asIs, ...rest })
}

export function folder(initial: string, facts: Facts) {
  return setting(z.string(), initial, { allowed: 'the path of a folder', fromText: asIs, isPath: true, ...facts })
}

export function wholeNumber(initial: number, { least, most, ...facts }: Facts & { least: number; most?: number }) {
  const allowed = `a whole number from ${least}${most === undefined ? '' : ` to ${most}`}`
  const schema = z.int().min(least)
  return setting(most === undefined ? schema : schema.max(most), initial, { allowed, fromText: asNumber, ...facts })
}

export function ratio(initial: number, facts: Facts) {
  return setting(z.number().min(0).max(1), initial, { allowed: 'a ratio from 0 to 1', fromText: asNumber, ...facts })
}

export function yesOrNo(initial: boolean, facts: Facts) {
  return setting(z.boolean(), initial, { allowed: 'true or false', fromText: asFlag, ...facts })
}

export function choice<const Values extends readonly [string, ...string[]]>(
  values: Values,
  initial: Values[number],
  facts: Facts,
) {
  return setting(z.enum(values), initial, { allowed: inWords(values), fromText: asIs, ...facts })
}

export function texts(
  initial: readonly string[],
  facts: Facts & {
    readonly pattern?: RegExp
    readonly isAllowed?: (text: string) => boolean
    /** What each may be, where an error is to name the one that is wrong. */
    readonly each?: string
  },
) {
  const { pattern = /./, isAllowed = () => true, each, ...rest } = facts
  return setting(z.array(z.string(each).regex(pattern, each).refine(isAllowed, each)), [...initial], {
    namesParts: each !== undefined,
    allowed: 'a list (in a variable or a flag: joined by commas)',
    fromText: asList,
    ...rest,
  })
}

/** A value with a shape of its own; as JSON in variables and flags. */
export function structure<Schema extends z.ZodType>(
  schema: Schema,
  initial: z.input<Schema> & z.core.util.NoUndefined<z.input<Schema>>,
  facts: Facts & Pick<SettingFacts, 'allowed'>,
) {
  return setting(schema, initial, { fromText: asJson, ...facts })
}

const UNITS: Readonly<Record<string, number>> = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 }

/** A number of bytes; `"64 MiB"` is understood too. */
export function bytes(initial: string, { least = 1, most, ...facts }: Facts & { least?: number; most?: number }) {
  const whole = z.int().min(least)
  const bounded = most === undefined ? whole : whole.max(most)
  const schema = z.preprocess((given) => (typeof given === 'string' ? asBytes(given) : given), bounded)
  const range = most === undefined ? `from ${least}` : `from ${least} to ${most}`
  const allowed = `a whole number of bytes ${range}, or such as "64 KiB", "8 MiB", "1 GiB"`
  return setting(schema, initial, { allowed, fromText: asIs, ...facts })
}

function asBytes(given: string): unknown {
  const [, amount = '', unit = ''] = /^(\d+)(?: ?([KMG]iB))?$/.exec(given.trim()) ?? []
  return amount === '' ? given : Number(amount) * (UNITS[unit] ?? 1)
}

/** How long something is kept: a number of days, or for ever. */
export function days(initial: number | 'forever', facts: Facts) {
  return setting(z.union([z.int().min(1), z.literal('forever')]), initial, {
    allowed: 'a whole number of days from 1, or "forever"',
    fromText: asNumber,
    ...facts,
  })
}

/** Where a process listens. Port 0: any free one. */
export interface ListenAddress {
  readonly host: string
  readonly port: number
}

export function listenAddress(initial: string, facts: Facts) {
  return setting(
    z.string().transform((given, context): ListenAddress => {
      const address = parseListenAddress(given)
      if (address !== null) return address
      context.addIssue({ code: 'custom', message: 'not an address' })
      return z.NEVER
    }),
    initial,
    { allowed: 'HOST:PORT such as 127.0.0.1:8080 or [::1]:8080 (port 0: any free one)', fromText: asIs, ...facts },
  )
}

/** Nothing: it doesn't listen. */
export function optionalListenAddress(facts: Facts) {
  return setting(
    z.string().transform((given, context): ListenAddress | null => {
      const address = given === '' ? null : parseListenAddress(given)
      if (address !== null || given === '') return address
      context.addIssue({ code: 'custom', message: 'not an address' })
      return z.NEVER
    }),
    '',
    { allowed: 'HOST:PORT such as 127.0.0.1:8082 (port 0: any free one), or nothing', fromText: asIs, ...facts },
  )
}

export function parseListenAddress(given: string): ListenAddress | null {
  const [, bracketed, plain, digits = ''] = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})$/.exec(given) ?? []
  const host = bracketed ?? plain
  const port = Number(digits)
  return host === undefined || digits === '' || port > 65_535 ? null : { host, port }
}

/** The address of a server; empty: none. A password in it is never shown. */
export function address(initial: string, { schemes, ...facts }: Facts & { readonly schemes: readonly string[] }) {
  const isAllowed = (given: string) => given === '' || schemes.some((scheme) => isUrl(given, scheme))
  return setting(z.string().refine(isAllowed), initial, {
    allowed: `an address that begins with ${inWords(schemes.map((scheme) => `${scheme}://`))}, or nothing`,
    fromText: asIs,
    masked: withoutPassword,
    ...facts,
  })
}

function isUrl(given: string, scheme: string): boolean {
  return given.startsWith(`${scheme}://`) && URL.canParse(given) && new URL(given).hostname !== ''
}

function withoutPassword(given: unknown): unknown {
  // By its text: an address that can't be parsed holds its password all the same.
  return typeof given === 'string' ? given.replace(/^([a-z]+:\/\/[^/@:]*):.*@/, '$1:***@') : given
}

function inWords(values: readonly string[]): string {
  return values.length < 2 ? values.join('') : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`
}
