import { parseArgs } from 'node:util'
import { nearestName } from '../settings/nearest-name.ts'
import { UsageError } from './usage-error.ts'

/** An option of a command, by its name without the dashes. */
export interface OptionSpec {
  /** What stands for its value in the help, and that it takes one: `FILE`. Without it, the option is a plain switch. */
  readonly value?: string
  readonly about: string
  /** The option is a short name of this setting. */
  readonly setting?: string
}

/** How many arguments without dashes are taken. */
export interface OperandNumber {
  readonly least: number
  readonly most: number
}

/** A command's words, checked against its options. */
export interface Arguments {
  readonly operands: readonly string[]
  /** The value of an option that takes one; null where it wasn't given. Given twice, the last counts. */
  option(name: string): string | null
  /** All values of an option that may be given several times, in their order. */
  all(name: string): readonly string[]
  isOn(name: string): boolean
  /** The values of all options that were given. */
  readonly given: ReadonlyMap<string, string>
}

/**
 * Reads a command's words. `--name value`, `--name=value`, `--switch`; after `--` all are operands.
 * Throws UsageError for an unknown option, a value too few or too many, and operands out of number.
 */
export function readArguments(
  words: readonly string[],
  options: Readonly<Record<string, OptionSpec>>,
  operands: OperandNumber,
): Arguments {
  const known = Object.keys(options)
  const { tokens } = parseArgs({
    args: [...words],
    options: Object.fromEntries(known.map((name) => [name, { type: typeOf(options[name]) }])),
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const given = new Map<string, string>()
  const all = new Map<string, readonly string[]>()
  const found: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') found.push(token.value)
    if (token.kind !== 'option') continue
    const isKnown = token.rawName.startsWith('--') && Object.hasOwn(options, token.name)
    const spec = isKnown ? options[token.name] : undefined
    if (spec === undefined) throw new UsageError(unknownOption(token.rawName, known))
    const isNextOption = token.inlineValue === false && token.value.startsWith('--')
    const value = optionValue(token.rawName, isNextOption ? undefined : token.value, spec)
    given.set(token.name, value)
    all.set(token.name, [...(all.get(token.name) ?? []), value])
  }
  checkNumber(found, operands)
  return {
    operands: found,
    option: (name) => given.get(name) ?? null,
    all: (name) => all.get(name) ?? [],
    isOn: (name) => given.has(name),
    given,
  }
}

function typeOf(spec: OptionSpec | undefined): 'string' | 'boolean' {
  return spec?.value === undefined ? 'boolean' : 'string'
}

function optionValue(rawName: string, value: string | undefined, spec: OptionSpec): string {
  if (spec.value === undefined && value !== undefined) {
    throw new UsageError(`${rawName} takes no value, and was given ${JSON.stringify(value)}`)
  }
  if (spec.value !== undefined && value === undefined)
    throw new UsageError(`${rawName} needs a value: ${rawName} ${spec.value}`)
  return value ?? ''
}

function unknownOption(rawName: string, known: readonly string[]): string {
  const nearest = nearestName(
    rawName,
    known.map((name) => `--${name}`),
  )
  return `${rawName} is no option of this command${nearest === null ? '' : `: did you mean ${nearest}?`}`
}

function checkNumber(found: readonly string[], { least, most }: OperandNumber): void {
  const extra = found[most]
  if (extra !== undefined) {
    const taken = most === 0 ? 'none is taken' : `at most ${most} ${most === 1 ? 'is' : 'are'} taken`
    throw new UsageError(`${JSON.stringify(extra)} is one argument too many: ${taken}`)
  }
  if (found.length < least)
    throw new UsageError(found.length === 0 ? 'an argument is missing' : 'another argument is missing')
}
