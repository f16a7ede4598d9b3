/** A JSON Schema as people read it: one line a field, however deep it stands. */
export interface SchemaView {
  readonly name: string
  readonly about: string
  readonly type: TypeView
  /** Empty where it is no object. */
  readonly fields: readonly FieldView[]
}

export interface FieldView {
  /** `week.seen`; `[]` after the name of a list. */
  readonly path: string
  readonly type: TypeView
  readonly isOptional: boolean
  readonly about: string
}

export interface TypeView {
  /** `reference`: `name` is that of another schema. */
  readonly kind: 'reference' | 'plain'
  readonly name: string
  readonly isNullable: boolean
}

export function describedSchema(name: string, schema: unknown): SchemaView {
  const read = readSchema(schema)
  return { name, about: read.description ?? '', type: typeOf(read), fields: fieldsOf(read, '') }
}

/** What of a JSON Schema is looked at; anything else is left alone. */
interface ReadSchema {
  readonly reference: string | null
  readonly description: string | null
  readonly types: readonly string[]
  readonly format: string | null
  readonly values: readonly string[]
  readonly examples: readonly string[]
  readonly alternatives: readonly ReadSchema[]
  readonly items: ReadSchema | null
  readonly additional: ReadSchema | null
  readonly properties: readonly (readonly [string, ReadSchema])[]
  readonly required: readonly string[]
  readonly least: number | null
  readonly most: number | null
}

function readSchema(schema: unknown): ReadSchema {
  const get = (name: string): unknown => (isObject(schema) ? schema[name] : undefined)
  const text = (name: string) => {
    const value = get(name)
    return typeof value === 'string' ? value : null
  }
  const number = (name: string) => {
    const value = get(name)
    return typeof value === 'number' ? value : null
  }
  const list = (name: string): readonly unknown[] => {
    const value = get(name)
    return Array.isArray(value) ? value : []
  }
  const type = get('type')
  const properties = get('properties')
  const inner = (name: string) => (isObject(get(name)) ? readSchema(get(name)) : null)
  return {
    reference: text('$ref')?.split('/').at(-1) ?? null,
    description: text('description'),
    types: typeof type === 'string' ? [type] : list('type').map(String),
    format: text('format'),
    values: [...list('enum'), ...(get('const') === undefined ? [] : [get('const')])].map(String),
    examples: list('examples').map(String),
    alternatives: [...list('anyOf'), ...list('oneOf')].map(readSchema),
    items: inner('items'),
    additional: inner('additionalProperties'),
    properties: isObject(properties)
      ? Object.entries(properties).map(([name, value]) => [name, readSchema(value)])
      : [],
    required: list('required').map(String),
    least: number('minimum'),
    most: number('maximum'),
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function typeOf(schema: ReadSchema): TypeView {
  const others = schema.alternatives.filter(
    ({ types }) => !types.every((type) => type === 'null') || types.length === 0,
  )
  const isNullable = others.length < schema.alternatives.length || schema.types.includes('null')
  const [only] = others
  if (only !== undefined && others.length === 1) return { ...typeOf(only), isNullable }
  if (schema.reference !== null) return { kind: 'reference', name: schema.reference, isNullable }
  return { kind: 'plain', name: plainName(schema, others), isNullable }
}

function plainName(schema: ReadSchema, alternatives: readonly ReadSchema[]): string {
  if (alternatives.length > 0) return alternatives.map((one) => nameOf(typeOf(one))).join(' or ')
  if (schema.values.length > 0) return schema.values.join(', ')
  if (schema.items !== null) return `list of ${nameOf(typeOf(schema.items))}`
  if (schema.additional !== null) return `object of ${nameOf(typeOf(schema.additional))}`
  const type = schema.types.find((one) => one !== 'null') ?? 'anything'
  const words: Readonly<Record<string, string>> = { integer: 'whole number', string: 'text', boolean: 'true or false' }
  const name = schema.format === 'date-time' ? 'time' : (words[type] ?? type)
  const example = schema.examples[0] === undefined || name === 'time' ? '' : `, such as ${schema.examples.join(' or ')}`
  const range = schema.least === null || schema.most === null ? '' : ` from ${schema.least} to ${schema.most}`
  return name + range + example
}

function nameOf({ name, isNullable }: TypeView): string {
  return isNullable ? `${name} or null` : name
}

/** Fields of objects within are listed behind their own; schemas with a name of their own are not looked into. */
function fieldsOf(schema: ReadSchema, prefix: string): FieldView[] {
  const inside = schema.alternatives.flatMap((one) => (one.reference === null ? fieldsOf(one, prefix) : []))
  const own = schema.properties.flatMap(([name, field]) => {
    const path = prefix + name
    const isOptional = !schema.required.includes(name)
    const view = { path, type: typeOf(field), isOptional, about: field.description ?? '' }
    const nested = field.items === null ? fieldsOf(field, `${path}.`) : fieldsOf(field.items, `${path}[].`)
    return [view, ...nested]
  })
  return [...own, ...inside]
}
