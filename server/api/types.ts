/**
 * The answers of the HTTP API, as JSON. Times are ISO 8601 in UTC (`2014-01-16T14:00:00Z`), rates are ratios 0 to 1,
 * `null` is *unknown* (an hour nobody listened in), never zero. What each field means stands in `schemas/`, which these types
 * come from, as the OpenAPI document does. The web side imports these types and nothing else of ours.
 */
import type { z } from 'zod'
import type * as annotations from './schemas/annotations.ts'
import type * as builds from './schemas/builds.ts'
import type * as fields from './schemas/fields.ts'
import type * as incidents from './schemas/incident.ts'
import type * as mails from './schemas/mails.ts'
import type * as overview from './schemas/overview.ts'
import type * as pipeline from './schemas/pipeline.ts'
import type * as problemDetails from './schemas/problem-details.ts'
import type * as problems from './schemas/problems.ts'
import type * as series from './schemas/series.ts'
import type * as streamEvent from './schemas/stream-event.ts'
import type * as submissions from './schemas/submissions.ts'
import type * as why from './schemas/why.ts'

/** An answer is read, never changed. */
export type Answer<Schema extends z.ZodType> = DeepReadonly<z.output<Schema>>

type DeepReadonly<T> = T extends (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T

export type Completeness = Answer<typeof fields.completeness>
export type RangeCompleteness = Answer<typeof fields.rangeCompleteness>

/** `GET /api/v1/series` */
export type SeriesAnswer = Answer<typeof series.seriesAnswer>
export type Metric = SeriesAnswer['metric']
export type Step = SeriesAnswer['step']

export type IncidentState = Answer<typeof incidents.incidentState>
export type ContributionAnswer = Answer<typeof incidents.contribution>
/** Submissions that were answered 202 for their size and not kept. */
export type DiscardedAnswer = Answer<typeof incidents.discarded>
/** One incident, as `GET /api/v1/incidents` lists them and the backtest prints them. */
export type IncidentAnswer = Answer<typeof incidents.incident>
/** `GET /api/v1/incidents` */
export type IncidentsAnswer = Answer<typeof incidents.incidentsAnswer>
/** `GET /api/v1/silences` */
export type SilencesAnswer = Answer<typeof incidents.silencesAnswer>
/** `GET /api/v1/incidents/:id` */
export type SilenceAnswer = Answer<typeof incidents.silence>
export type IncidentDetailAnswer = Answer<typeof incidents.incidentDetailAnswer>

/** One annotation: of people (`id` is its number) or of the calendar file (`id` null). */
export type AnnotationAnswer = Answer<typeof annotations.annotation>
/**
 * `GET /api/v1/annotations?channel=…&from=…&to=…`, all optional; `POST` makes one, `PATCH` and `DELETE` of `/annotations/:id` change
 * and remove it.
 */
export type AnnotationsAnswer = Answer<typeof annotations.annotationsAnswer>

/** What a channel's row says in one word. */
export type ChannelState = Answer<typeof overview.channelState>
export type ChannelOverview = Answer<typeof overview.channelOverview>
/** `GET /api/v1/overview` */
export type OverviewAnswer = Answer<typeof overview.overviewAnswer>
/** `GET /api/v1/channels/:channel?from=…&to=…`: what a channel page needs besides its series. */
export type ChannelAnswer = Answer<typeof overview.channelAnswer>

/** `GET /api/v1/builds?channel=…` */
export type BuildsAnswer = Answer<typeof builds.buildsAnswer>
/** `GET /api/v1/gate?channel=…&build=…` */
export type GateAnswer = Answer<typeof builds.gateAnswer>
/** `GET /api/v1/why?channel=…&hour=…` */
export type WhyAnswer = Answer<typeof why.whyAnswer>
/** `GET /api/v1/visibility` */
export type VisibilityAnswer = Answer<typeof why.visibilityAnswer>
/** `GET /api/v1/problems` */
export type ProblemsAnswer = Answer<typeof problems.problemsAnswer>
/** `GET /api/v1/problems/:problem` */
export type ProblemDetailAnswer = Answer<typeof problems.problemDetailAnswer>
/** `GET /api/v1/first-seen` */
export type FirstSeenAnswer = Answer<typeof problems.firstSeenAnswer>

export type Freshness = Answer<typeof pipeline.freshness>
/** `GET /api/v1/pipeline`: where everything stands between the receivers and the mails. */
export type PipelineAnswer = Answer<typeof pipeline.pipelineAnswer>
/** `GET /api/v1/quarantine`: what could not be converted, whole, by the problem that it is counted under. */
export type QuarantineAnswer = Answer<typeof pipeline.quarantineAnswer>

export type MailSummary = Answer<typeof mails.mailSummary>
/** `GET /api/v1/mails` (newest first); the mail itself: `/api/v1/mails/:id/html` and `/api/v1/mails/:id/eml`. */
export type MailsAnswer = Answer<typeof mails.mailsAnswer>

/**
 * `GET /api/v1/submissions/:id` (a document id) and `GET /api/v1/submissions?debug_id=TAG`, newest first, at most 200; both take
 * `from` and `to`, which for a tag are the last 24 hours by default.
 */
export type SubmissionsAnswer = Answer<typeof submissions.submissionsAnswer>
/** One time that a document was received. */
export type SubmissionCopy = Answer<typeof submissions.submissionCopy>

/**
 * `GET /api/v1/stream` (server-sent events). Each event's `data` is one of these; `id:` lets a client that comes back
 * (`Last-Event-ID`) know whether it missed any: where it did, the first event is `reload`.
 */
export type StreamEvent = Answer<typeof streamEvent.streamEvent>

/** Every error of the API (RFC 9457): `detail` is a sentence that names the thing, its value and what is allowed. */
export type ProblemDetails = Answer<typeof problemDetails.problemDetails>
