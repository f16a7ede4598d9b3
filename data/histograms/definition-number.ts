/** Numbers that definitions call by a name of their source code. */
export type DefinitionConstants = Readonly<Record<string, number>>

/**
 * Names that stand for numbers in definitions of 2013: the C++ source gave them their values, no Histograms.json does.
 * A definition that uses another name can't be read.
 */
export const DEFAULT_CONSTANTS: DefinitionConstants = {
  'JS::gcreason::NUM_TELEMETRY_REASONS': 101,
  'mozilla::StartupTimeline::MAX_EVENT_ID': 12,
}

const LONGEST = 200

/**
 * A number as definitions write it: `50`, `"10000"`, `"32 * 1024"`, `"80 + 1"`, or a name out of the table; products
 * before sums. Null where it is none of these, or no whole number that a double holds exactly.
 */
export function definitionNumber(value: unknown, constants: DefinitionConstants): number | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : null
  if (typeof value !== 'string' || value.length > LONGEST) return null
  const terms = value.split('+').map((term) => product(term.split('*').map((text) => factor(text, constants))))
  return whole(terms.reduce((sum, term) => sum + term, 0))
}

function product(factors: readonly number[]): number {
  return factors.reduce((result, number) => result * number, 1)
}

/** NaN where `text` is neither digits nor a known name; it spoils every sum and product that it is in. */
function factor(text: string, constants: DefinitionConstants): number {
  const name = text.trim()
  if (/^\d+$/.test(name)) return Number(name)
  return Object.hasOwn(constants, name) ? (constants[name] ?? Number.NaN) : Number.NaN
}

function whole(number: number): number | null {
  return Number.isSafeInteger(number) ? number : null
}
