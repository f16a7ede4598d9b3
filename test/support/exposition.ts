/**
 * A reader of Prometheus' text format 0.0.4 that forgives nothing: throws where a line isn't of it, where a series stands
 * twice or apart from its family, and where a histogram doesn't add up.
 */

export interface Series {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

interface Family {
  readonly name: string
  readonly type: string
  readonly help: string
  readonly series: Series[]
}

export class Exposition {
  readonly families: ReadonlyMap<string, Family>

  constructor(text: string) {
    this.families = parse(text)
    for (const family of this.families.values()) check(family)
  }

  /** The sum of the series called `name` that carry all these labels; throws where there is none. */
  sum(name: string, labels: Readonly<Record<string, string>> = {}): number {
    const found = [...this.families.values()]
      .flatMap(({ series }) => series)
      .filter(
        (one) => one.name === name && Object.entries(labels).every(([label, value]) => one.labels[label] === value),
      )
    if (found.length === 0) throw new Error(`no series ${name} with ${JSON.stringify(labels)}`)
    return found.reduce((sum, { value }) => sum + value, 0)
  }
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*'
const HELP = new RegExp(`^# HELP (${NAME}) (.*)$`)
const TYPE = new RegExp(`^# TYPE (${NAME}) (counter|gauge|histogram|summary|untyped)$`)
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(.*)\\})? (\\S+)$`)
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\\\|\\"|\\n)*)"(?:,|$)/y
const NUMBER = /^(?:[+-]?Inf|NaN|Nan|[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)$/

function parse(text: string): ReadonlyMap<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the last line has no end')
  const families = new Map<string, Family>()
  let help: { readonly name: string; readonly text: string } | null = null
  let family: Family | null = null
  const seen = new Set<string>()
  for (const line of text.slice(0, -1).split('\n')) {
    if (line === '') continue
    const helped = HELP.exec(line)
    const typed = TYPE.exec(line)
    if (helped !== null) {
      help = { name: helped[1] ?? '', text: helped[2] ?? '' }
    } else if (typed !== null) {
      const [, name = '', type = ''] = typed
      if (help?.name !== name) throw new Error(`${name} has no help`)
      if (families.has(name)) throw new Error(`${name} stands twice`)
      family = { name, type, help: help.text, series: [] }
      families.set(name, family)
    } else {
      const series = sample(line)
      if (family === null || !belongs(series.name, family)) throw new Error(`apart from its family: ${line}`)
      const key = `${series.name} ${JSON.stringify(Object.entries(series.labels).sort())}`
      if (seen.has(key)) throw new Error(`stands twice: ${line}`)
      seen.add(key)
      family.series.push(series)
    }
  }
  return families
}

function sample(line: string): Series {
  const parts = SAMPLE.exec(line)
  const value = parts?.[3] ?? ''
  if (parts === null || !NUMBER.test(value)) throw new Error(`not a sample: ${line}`)
  return { name: parts[1] ?? '', labels: labelsOf(parts[2] ?? '', line), value: numberOf(value) }
}

function numberOf(text: string): number {
  if (/Inf$/.test(text)) return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  return Number(text)
}

function labelsOf(text: string, line: string): Record<string, string> {
  const labels: Record<string, string> = {}
  LABEL.lastIndex = 0
  while (LABEL.lastIndex < text.length) {
    const [, name = '', value = ''] = LABEL.exec(text) ?? []
    if (name === '') throw new Error(`bad labels: ${line}`)
    if (name in labels) throw new Error(`label ${name} stands twice: ${line}`)
    labels[name] = value.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped))
  }
  return labels
}

function belongs(name: string, family: Family): boolean {
  if (family.type !== 'histogram') return name === family.name
  return ['_bucket', '_sum', '_count'].some((suffix) => name === family.name + suffix)
}

function check({ name, type, series, help }: Family): void {
  if (help.trim() === '') throw new Error(`${name} says nothing of itself`)
  if (type === 'counter' && series.some(({ value }) => !(value >= 0 && Number.isFinite(value)))) {
    throw new Error(`${name} counts something that is no count`)
  }
  if (type !== 'histogram') return
  const groups = new Map<string, Series[]>()
  for (const one of series) {
    const { le: _, ...labels } = one.labels
    const key = JSON.stringify(Object.entries(labels).sort())
    groups.set(key, [...(groups.get(key) ?? []), one])
  }
  for (const [labels, group] of groups) {
    const buckets = group.filter((one) => one.name === `${name}_bucket`)
    const counts = buckets.map(({ value }) => value)
    const bounds = buckets.map(({ labels: { le = '' } }) => numberOf(le))
    const isAscending = (values: readonly number[]) =>
      values.every((value, i) => i === 0 || value >= (values[i - 1] ?? 0))
    if (!isAscending(counts) || !isAscending(bounds)) throw new Error(`${name}${labels}: buckets are no running count`)
    const count = group.find((one) => one.name === `${name}_count`)?.value
    if (bounds.at(-1) !== Number.POSITIVE_INFINITY || counts.at(-1) !== count) {
      throw new Error(`${name}${labels}: the last bucket doesn't hold all`)
    }
  }
}
