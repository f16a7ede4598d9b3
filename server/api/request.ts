import type { Context } from 'hono'
import { z } from 'zod'
import { type EpochMs, HOUR_MS, isoDate, isoSeconds, startOfHour } from '../../data/domain/time.ts'
import type { ProblemKind } from './http/problem-kinds.ts'
import type { ProblemDetails } from './types.ts'

/** A parameter that is to blame, its value as it was given (null: it is missing), and what is allowed. */
export type Complaint = NonNullable<ProblemDetails['errors']>[number]

/** A request that asks for what isn't allowed or isn't there, or that can't be answered now; the sentence goes to the client. */
export class RequestError extends Error {
  readonly kind: ProblemKind
  readonly complaints: readonly Complaint[]

  constructor(kind: ProblemKind, message: string, complaints: readonly Complaint[] = []) {
    super(message)
    this.kind = kind
    this.complaints = complaints
  }
}

/** For a parameter that is wrong together with others; `allowed` begins with what to do. */
export function wrongParameter(parameter: string, value: string, allowed: string): RequestError {
  return new RequestError('invalid-parameter', `${parameter} is ${JSON.stringify(value)}: ${allowed}`, [
    { parameter, value, allowed },
  ])
}

/** Parameters as they stand in the address; one that is given several times is a list. */
export type GivenParameters = Readonly<Record<string, string | readonly string[]>>

export function givenQuery(context: Context): GivenParameters {
  return Object.fromEntries(
    Object.entries(context.req.queries()).map(([name, values]) => [
      name,
      values.length === 1 ? (values[0] ?? '') : values,
    ]),
  )
}

/** Throws RequestError naming each parameter that isn't as it should be. */
export function parseParameters<Schema extends z.ZodType>(given: GivenParameters, schema: Schema): z.output<Schema> {
  return parseGiven(given, given, schema)
}

/** The same of what was sent along as JSON. */
export function parseBody<Schema extends z.ZodType>(body: unknown, schema: Schema): z.output<Schema> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new RequestError('not-json', `the body is ${shortened(JSON.stringify(body))}: use a JSON object`)
  }
  const texts = Object.entries(body).map(([name, value]): [string, string] => [
    name,
    shortened(typeof value === 'string' ? value : (JSON.stringify(value) ?? '')),
  ])
  return parseGiven(body, Object.fromEntries(texts), schema)
}

const MOST_SHOWN = 200

function shortened(text: string): string {
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text
}

/** `texts`: what was given as people read it. */
function parseGiven<Schema extends z.ZodType>(
  given: unknown,
  texts: GivenParameters,
  schema: Schema,
): z.output<Schema> {
  const parsed = schema.safeParse(given)
  if (parsed.success) return parsed.data
  const complaints = parsed.error.issues.flatMap((issue) => complaintsOf(issue, texts, namesOf(schema)))
  const sentences = complaints.map(
    ({ parameter, value, allowed }) =>
      `${parameter} is ${value === null ? 'missing' : JSON.stringify(value)}: ${allowed}`,
  )
  throw new RequestError('invalid-parameter', sentences.join('; '), complaints)
}

function complaintsOf(issue: z.core.$ZodIssue, given: GivenParameters, known: readonly string[]): Complaint[] {
  if (issue.code === 'unrecognized_keys') {
    const allowed = known.length === 0 ? 'it takes no parameters' : `use one of ${known.join(', ')}`
    return issue.keys.map((parameter) => ({
      parameter,
      value: valueText(given[parameter]),
      allowed: `not a parameter of this address; ${allowed}`,
    }))
  }
  const parameter = String(issue.path[0] ?? '')
  const value = given[parameter]
  const isGivenTwice = issue.code === 'invalid_type' && Array.isArray(value)
  const allowed = isGivenTwice ? 'give it once' : issue.message
  return [{ parameter, value: valueText(value), allowed }]
}

function valueText(value: GivenParameters[string] | undefined): string | null {
  if (value === undefined) return null
  return typeof value === 'string' ? value : value.join(', ')
}

function namesOf(schema: z.ZodType): readonly string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : []
}

const EARLIEST = Date.UTC(2000, 0, 1)
const LATEST = Date.UTC(2200, 0, 1)
const ISO_TIME = /^\d{4}-\d\d-\d\d(T\d\d(:\d\d(:\d\d(\.\d{1,3})?)?)?Z)?$/
const TIME_ALLOWED = 'use a UTC time such as 2014-01-16T14:00:00Z or a date such as 2014-01-16, between 2000 and 2200'

/** A UTC time as the API takes it: `2014-01-16T14:00:00Z`, or `2014-01-16` for its first moment. */
export const timeParameter = z
  .string(TIME_ALLOWED)
  .meta({ examples: ['2014-01-16', '2014-01-16T14:00:00Z'] })
  .transform((text, context): EpochMs => {
    const whole = /T\d\dZ$/.test(text) ? text.replace('Z', ':00Z') : text
    const time = ISO_TIME.test(text) ? Date.parse(whole) : Number.NaN
    // 30 February is read as 2 March: no date that anybody means.
    if (time >= EARLIEST && time <= LATEST && isoDate(time) === text.slice(0, 10)) return time
    context.addIssue({ code: 'custom', message: TIME_ALLOWED })
    return z.NEVER
  })

/** Names of channels, reasons and builds come from clients: any text, but not without end. */
export const nameParameter = z.string('use a name').min(1, 'use a name').max(200, 'use at most 200 characters')

const MOST_NAMES = 50

/** A parameter that may be given several times: any of its values will do. */
export const namesParameter = z.preprocess(
  (given) => (typeof given === 'string' ? [given] : given),
  z.array(nameParameter).min(1).max(MOST_NAMES, `give it at most ${MOST_NAMES} times`),
)

/** A whole number within limits. */
export function wholeNumberParameter(least: number, most: number) {
  const allowed = `use a whole number from ${least} to ${most}`
  return z
    .string(allowed)
    .regex(/^\d{1,9}$/, allowed)
    .transform(Number)
    .pipe(z.int(allowed).min(least, allowed).max(most, allowed))
    .meta({ override: { type: 'integer', minimum: least, maximum: most } })
}

const MOST_HOURS = 20_000

/** A range for answers that add hours up. */
export const hoursParameters = {
  from: timeParameter.describe('Widened to whole hours.'),
  to: timeParameter.describe('Exclusive; widened to whole hours.'),
}

/** The whole hours that the range reaches into; throws RequestError where it is empty or longer than `most` hours. */
export function wholeHours({ from, to }: { readonly from: EpochMs; readonly to: EpochMs }, most = MOST_HOURS) {
  const hours = { from: startOfHour(from), to: startOfHour(to - 1) + HOUR_MS }
  if (to <= from) throw wrongParameter('to', isoSeconds(to), `use a time after from (${isoSeconds(from)})`)
  const count = (hours.to - hours.from) / HOUR_MS
  if (count > most) {
    throw wrongParameter('to', isoSeconds(to), `from and to hold ${count} hours: use at most ${most}`)
  }
  return hours
}
