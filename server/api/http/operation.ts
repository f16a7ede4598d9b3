import type { Context } from 'hono'
import { z } from 'zod'
import { type GivenParameters, parseBody, parseParameters } from '../request.ts'
import type { Answer } from '../types.ts'
import type { CsvTable } from './csv-table.ts'
import type { ProblemKind } from './problem-kinds.ts'

/** The chapters of the API's description, in its order. */
export const GROUPS = [
  'Counts',
  'Builds',
  'Problems',
  'Incidents',
  'Annotations',
  'Mails',
  'Operation',
  'About',
] as const
export type Group = (typeof GROUPS)[number]

/** What is said of an address to those who use it. */
export interface OperationDescription {
  /** Below /api/v1; `{name}` is a parameter. */
  readonly path: `/${string}`
  readonly method?: 'get' | 'post' | 'patch' | 'delete'
  /** Unique; generated clients name their functions so. */
  readonly id: string
  readonly group: Group
  readonly summary: string
  readonly about?: string
  /** What can go wrong besides faults of ours. */
  readonly problems: readonly ProblemKind[]
}

/**
 * One address of the API: the routes and the OpenAPI document are made from the same list of these, so neither can have what the
 * other lacks.
 */
export interface Operation extends OperationDescription {
  readonly parameters: z.ZodObject
  readonly query: z.ZodObject
  /** What is sent along, as JSON; absent: nothing. */
  readonly body?: z.ZodObject
  /** By media type; `schema` only where the answer has a structure. */
  readonly contents: Readonly<Record<string, { readonly schema?: z.ZodType; readonly about?: string }>>
  /** How it answers: with a value that is written, kept and compressed here, or by itself. */
  readonly answering:
    | { readonly kind: 'value'; prepare(given: GivenRequest): PreparedAnswer }
    | { readonly kind: 'response'; respond(context: Context, given: GivenRequest): Response | Promise<Response> }
    | { readonly kind: 'action'; act(given: GivenRequest, body: unknown): Promise<unknown> }
}

export interface GivenRequest {
  readonly parameters: GivenParameters
  readonly query: GivenParameters
}

/** A request that was understood, and how its answer is made. */
export interface PreparedAnswer {
  /** Null: the answer is made anew each time. */
  readonly keep: KeepRule | null
  load(): unknown
  loadCsv: (() => Promise<CsvTable>) | null
}

/** How long an answer stays true. */
export interface KeepRule {
  /** Changes whenever the answer might. Read before the answer is made. */
  readonly stamp: string
  /** Whether only what is finished is in it, so that it changes by late counts at the most. */
  readonly isFinished: boolean
}

/** For addresses that take none. */
export const NO_PARAMETERS = z.strictObject({})

interface ValueOperation<Parameters extends z.ZodObject, Query extends z.ZodObject, Schema extends z.ZodType>
  extends OperationDescription {
  readonly parameters: Parameters
  readonly query: Query
  readonly answer: Schema
  keep?(asked: Asked<Parameters, Query>): KeepRule | null
  load(asked: Asked<Parameters, Query>): Promise<Answer<Schema>> | Answer<Schema>
  /** The same as a table, for `Accept: text/csv` and `.csv`. */
  csv?(answer: Answer<Schema>): CsvTable
}

interface ActionOperation<
  Parameters extends z.ZodObject,
  Query extends z.ZodObject,
  Body extends z.ZodObject,
  Schema extends z.ZodType,
> extends OperationDescription {
  readonly method: 'post' | 'patch' | 'delete'
  readonly parameters: Parameters
  readonly query: Query
  readonly body: Body
  readonly answer: Schema
  act(asked: Asked<Parameters, Query>, body: z.output<Body>): Promise<Answer<Schema>>
}

interface ResponseOperation<Parameters extends z.ZodObject, Query extends z.ZodObject> extends OperationDescription {
  readonly parameters: Parameters
  readonly query: Query
  readonly contents: Operation['contents']
  respond(context: Context, asked: Asked<Parameters, Query>): Response | Promise<Response>
}

type Asked<Parameters extends z.ZodObject, Query extends z.ZodObject> = z.output<Parameters> & z.output<Query>

/** An address that answers a value, as JSON and perhaps as a table. */
export function valueOperation<Schema extends z.ZodType, Parameters extends z.ZodObject, Query extends z.ZodObject>(
  operation: ValueOperation<Parameters, Query, Schema>,
): Operation {
  const { answer, keep, load, csv, ...description } = operation
  const ask = reader(operation.parameters, operation.query)
  return {
    ...description,
    contents: {
      'application/json': { schema: answer },
      ...(csv === undefined
        ? {}
        : { 'text/csv': { about: 'The same as a table; also under this address with `.csv`.' } }),
    },
    answering: {
      kind: 'value',
      prepare(given) {
        const asked = ask(given)
        return {
          keep: keep?.(asked) ?? null,
          load: () => load(asked),
          loadCsv: csv === undefined ? null : async () => csv(await load(asked)),
        }
      },
    },
  }
}

/** An address that changes something, and answers what it made of it. Only the service's own pages and tools may ask. */
export function actionOperation<
  Schema extends z.ZodType,
  Parameters extends z.ZodObject,
  Query extends z.ZodObject,
  Body extends z.ZodObject,
>(operation: ActionOperation<Parameters, Query, Body, Schema>): Operation {
  const { answer, act, problems, body, ...description } = operation
  const ask = reader(operation.parameters, operation.query)
  return {
    ...description,
    ...(Object.keys(body.shape).length === 0 ? {} : { body }),
    problems: [...problems, 'foreign-origin', 'too-large', 'not-json'],
    contents: { 'application/json': { schema: answer } },
    answering: { kind: 'action', act: (given, sent) => act(ask(given), parseBody(sent, body)) },
  }
}

/** An address that answers something else than JSON: a page, a mail, a stream. */
export function responseOperation<Parameters extends z.ZodObject, Query extends z.ZodObject>(
  operation: ResponseOperation<Parameters, Query>,
): Operation {
  const { respond, ...description } = operation
  const ask = reader(operation.parameters, operation.query)
  return {
    ...description,
    answering: { kind: 'response', respond: (context, given) => respond(context, ask(given)) },
  }
}

function reader<Parameters extends z.ZodObject, Query extends z.ZodObject>(
  parameters: Parameters,
  query: Query,
): (given: GivenRequest) => Asked<Parameters, Query> {
  return (given) => ({
    ...parseParameters(given.parameters, parameters),
    ...parseParameters(given.query, query),
  })
}
