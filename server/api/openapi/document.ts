import { z } from 'zod'
import { GROUPS, type Operation } from '../http/operation.ts'
import { PROBLEM_KINDS, type ProblemKind } from '../http/problem-kinds.ts'
import { problemDetails } from '../schemas/problem-details.ts'

/** A JSON Schema, and whatever else stands in an OpenAPI document: JSON that nothing here looks into. */
interface Json {
  readonly [name: string]: unknown
}

export interface OpenApiDocument {
  readonly openapi: '3.1.0'
  readonly info: { readonly title: string; readonly version: string; readonly description: string }
  readonly servers: readonly { readonly url: string }[]
  readonly tags: readonly { readonly name: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Json>> }
}

export interface DescribedOperation {
  readonly operationId: string
  readonly tags: readonly string[]
  readonly summary: string
  readonly description?: string
  readonly parameters: readonly DescribedParameter[]
  readonly requestBody?: {
    readonly required: true
    readonly content: Readonly<Record<string, { readonly schema: Json }>>
  }
  readonly responses: Readonly<Record<string, DescribedResponse>>
}

export interface DescribedParameter {
  readonly name: string
  readonly in: 'path' | 'query'
  readonly required: boolean
  readonly description?: string
  readonly schema: Json
}

export interface DescribedResponse {
  readonly description: string
  readonly headers?: Json
  readonly content?: Readonly<Record<string, { readonly schema?: Json }>>
}

const ABOUT =
  'Times are UTC; rates are ratios from 0 to 1; null is unknown (an hour nobody listened in, or one that is still to come), never zero. Answers are compressed and carry an ETag. Those of finished hours may be kept for a minute; others are to be asked about again, which costs next to nothing.'

/** The whole API as OpenAPI 3.1, from what the routes themselves are made of. */
export function openApiDocument(operations: readonly Operation[]): OpenApiDocument {
  const schemas = new Schemas()
  const paths: Record<string, Record<string, DescribedOperation>> = {}
  for (const operation of operations) {
    const method = operation.method ?? 'get'
    paths[operation.path] = { ...paths[operation.path], [method]: describe(operation, operation.contents, schemas) }
    const { 'text/csv': table } = operation.contents
    if (table === undefined) continue
    const asTable = describe(operation, { 'text/csv': {} }, schemas)
    const id = `${operation.id}Csv`
    const described = { ...asTable, operationId: id, summary: `${operation.summary} As a table.` }
    paths[`${operation.path}.csv`] = { [method]: described }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Tidewatch', version: '1', description: ABOUT },
    servers: [{ url: '/api/v1' }],
    tags: GROUPS.map((name) => ({ name })),
    paths,
    components: { schemas: schemas.all() },
  }
}

function describe(operation: Operation, contents: Operation['contents'], schemas: Schemas): DescribedOperation {
  return {
    operationId: operation.id,
    tags: [operation.group],
    summary: operation.summary,
    ...(operation.about === undefined ? {} : { description: operation.about }),
    parameters: [...parametersOf(operation.parameters, 'path'), ...parametersOf(operation.query, 'query')],
    ...(operation.body === undefined ? {} : { requestBody: requestBody(operation.body, schemas) }),
    responses: { 200: success(contents, schemas), ...failures(operation.problems, schemas) },
  }
}

function requestBody(body: z.ZodObject, schemas: Schemas): DescribedOperation['requestBody'] {
  return { required: true, content: { 'application/json': { schema: schemas.refer(body, 'input') } } }
}

function success(contents: Operation['contents'], schemas: Schemas): DescribedResponse {
  const abouts = Object.values(contents).flatMap(({ about }) => about ?? [])
  const content = Object.entries(contents).map(([type, { schema }]) => [
    type,
    schema === undefined ? { schema: { type: 'string' } } : { schema: schemas.refer(schema) },
  ])
  return { description: ['The answer.', ...abouts].join(' '), content: Object.fromEntries(content) }
}

/** Every address may also fail by a fault of ours, or be asked for under a wrong name. */
function failures(problems: readonly ProblemKind[], schemas: Schemas): Record<string, DescribedResponse> {
  const kinds: readonly ProblemKind[] = [...problems, 'wrong-host', 'internal-error']
  const schema = schemas.refer(problemDetails)
  return Object.fromEntries(
    kinds.map((kind) => [
      PROBLEM_KINDS[kind].status,
      {
        description: `${PROBLEM_KINDS[kind].title}. ${PROBLEM_KINDS[kind].about}`,
        content: { 'application/problem+json': { schema } },
      },
    ]),
  )
}

function parametersOf(parameters: z.ZodObject, place: DescribedParameter['in']): DescribedParameter[] {
  const { properties = {}, required = [] } = z.toJSONSchema(parameters, { io: 'input', override: tidy })
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...schema }: Json = typeof property === 'object' ? { ...property } : {}
    return {
      name,
      in: place,
      required: required.includes(name),
      ...(typeof description === 'string' ? { description } : {}),
      schema,
    }
  })
}

/** Schemas with a name of their own (`id`) stand once in the document, and are referred to. */
class Schemas {
  readonly #named: Record<string, Json> = {}

  refer(schema: z.ZodType, io: 'input' | 'output' = 'output'): Json {
    const { $schema: _, $defs = {}, ...written } = z.toJSONSchema(schema, { io, override: tidy })
    for (const [id, named] of Object.entries($defs)) this.#named[id] = withReferences(named)
    return withReferences(written)
  }

  all(): Record<string, Json> {
    return this.#named
  }
}

/** zod bounds whole numbers by what JavaScript can tell apart, which says nothing to a reader, and repeats each schema's own name. */
function tidy({ jsonSchema }: { readonly jsonSchema: Record<string, unknown> }): void {
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
  const { override } = jsonSchema
  delete jsonSchema.override
  delete jsonSchema.id
  if (typeof override === 'object' && override !== null) {
    delete jsonSchema.pattern
    Object.assign(jsonSchema, override)
  }
}

/** Names stand in another place in an OpenAPI document than in a JSON Schema. */
function withReferences(value: unknown): Json {
  const moved: unknown = JSON.parse(
    JSON.stringify(value, (key, inner: unknown) =>
      key === '$ref' && typeof inner === 'string' ? inner.replace('#/$defs/', '#/components/schemas/') : inner,
    ),
  )
  return isJson(moved) ? moved : {}
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null
}
