/**
 * The answers of the HTTP API, as JSON. Times are ISO 8601 in UTC (`2014-01-16T14:00:00Z`), rates are ratios 0 to 1,
 * `null` is *unknown* (an hour nobody listened in), never zero. The web side imports these types and nothing else of ours.
 */

export type Metric = 'received' | 'accepted' | 'invalid' | 'invalid_rate' | 'discarded' | 'discarded_rate'
export type Step = 'minute' | 'hour' | 'day'

/** `GET /api/v1/series` */
export interface SeriesAnswer {
  readonly from: string
  readonly to: string
  readonly step: Step
  readonly times: readonly string[]
  readonly series: readonly {
    readonly key: Readonly<Record<string, string>>
    readonly values: readonly (number | null)[]
    /** Only for `metric=discarded`: the size in the middle of those asked for; null where there was none, or it isn't known. */
    readonly typical_bytes?: readonly (number | null)[]
  }[]
  /** Only for `metric=received`, one channel, `step=hour`, no `by`. May reach beyond the last seen hour: the forecast. */
  readonly expected?: {
    readonly low: readonly (number | null)[]
    readonly mid: readonly (number | null)[]
    readonly high: readonly (number | null)[]
  }
  /** 0 to 1 of each step in which somebody listened. */
  readonly coverage: readonly number[]
  /** Receivers that did not listen while others did, a minute or longer; left out where there are none. */
  readonly missing?: readonly { readonly receiver: string; readonly from: string; readonly to: string }[]
}

export type IncidentState = 'open' | 'recovering' | 'resolved' | 'withdrawn'

export interface ContributionAnswer {
  readonly dimension: string
  readonly value: string
  readonly expected: number
  readonly seen: number
  readonly share: number
}

/** Submissions that were answered 202 for their size and not kept. */
export interface DiscardedAnswer {
  readonly submissions: number
  /** Of what was received and discarded together. */
  readonly rate: number
  /** The size in the middle of those asked for, and the limit that they were over; null where not known. */
  readonly typical_bytes: number | null
  readonly limit_bytes: number | null
}

/** One incident, as `GET /api/v1/incidents` lists them and the backtest prints them. */
export interface IncidentAnswer {
  readonly id: number
  readonly kind: string
  readonly group: 'volume' | 'surge' | 'invalid' | 'discarded' | 'gap' | 'stalled'
  /** The only channel, else `*`. */
  readonly channel: string
  readonly channels: readonly string[]
  readonly series: Readonly<Record<string, string>>
  readonly state: IncidentState
  readonly start: string
  readonly end: string | null
  readonly detected_at: string
  readonly resolved_at: string | null
  readonly missing: number
  readonly peak_missing: number
  readonly latest: {
    readonly hour: string
    readonly seen: number
    readonly low: number
    readonly mid: number
    readonly high: number
    readonly deficit: number
    readonly invalid_rate: number
    /** Only of an incident about what is discarded. */
    readonly discarded?: DiscardedAnswer
  }
  readonly confidence: number
  readonly explanation: {
    readonly sentence: string
    readonly carriers: readonly ContributionAnswer[]
    readonly first_build_id?: string
  }
  readonly acknowledged: { readonly by: string; readonly at: string } | null
  /** Only of Tidewatch's own trouble, where it is more than an hour that could not be judged. */
  readonly trouble?: 'disk_filling'
  /** `nightly is 41 % below expected since Sat 1 Feb, 14:00.`; the words the top sentence and the mail use. */
  readonly sentence: string
}

export interface IncidentsAnswer {
  readonly incidents: readonly IncidentAnswer[]
}

/** `GET /api/v1/incidents/:id` */
export interface IncidentDetailAnswer {
  readonly incident: IncidentAnswer
  readonly events: readonly {
    readonly at: string
    readonly kind: string
    readonly text: string
    readonly actor: string | null
  }[]
  readonly mails: readonly MailSummary[]
}

/** What a channel's row says in one word. */
export type ChannelState =
  | 'well'
  | 'low'
  | 'high'
  | 'silent'
  | 'invalid'
  | 'discarded'
  | 'recovering'
  | 'unknown'
  | 'learning'

export interface ChannelOverview {
  readonly channel: string
  /** Worst first; `well` stands alone. `since` is null where not known. */
  readonly states: readonly { readonly state: ChannelState; readonly since: string | null }[]
  /** The newest complete hour; seen is null where nobody listened. */
  readonly hour: string
  readonly seen: number | null
  readonly expected: { readonly low: number; readonly mid: number; readonly high: number } | null
  readonly of_expected: number | null
  readonly invalid_rate: number | null
  /** By cause, in the last 24 complete hours; empty where there was none. */
  readonly discarded: readonly (DiscardedAnswer & { readonly cause: 'body' | 'path' })[]
  /** The running hour so far. */
  readonly so_far: number
  /** The last seven days and the forecast, hourly; index 0 is `week_start`. */
  readonly week: {
    readonly seen: readonly (number | null)[]
    readonly low: readonly (number | null)[]
    readonly high: readonly (number | null)[]
    readonly invalid_rate: readonly (number | null)[]
  }
  /** The newest build that holds at least 0.2 % of its channel. */
  readonly newest_build: {
    readonly build_id: string
    readonly first_seen: string
    readonly share: number
    readonly invalid_rate: number
  } | null
  /** Days of covered history and days needed until the judge speaks. */
  readonly learning: { readonly days: number; readonly of: number } | null
}

export interface Freshness {
  /** All submissions received before it are counted. */
  readonly counted_up_to: string
  readonly now: string
  readonly receivers: readonly string[]
  /** Submissions or segments received and not counted yet. */
  readonly waiting_segments: number
  /** Age in seconds of the oldest uncounted segment; 0 where nothing waits. */
  readonly oldest_waiting_seconds: number
  /** Until submissions are refused for want of space; null: the disk isn't filling, or nothing can be said yet. */
  readonly hours_until_full: number | null
  /** `demo` where the server plays the story. */
  readonly mode: 'live' | 'demo'
}

/** `GET /api/v1/pipeline`: where everything stands between the receivers and the mails. */
export interface PipelineAnswer {
  readonly now: string
  /** The receipt time up to which everything is counted. */
  readonly watermark: string
  /** Those that were heard of in the last day, by name. */
  readonly receivers: readonly {
    readonly name: string
    /** The last one that is counted; null: none of the last day. */
    readonly last_heartbeat: string | null
    /** Whether it takes no submission; null: it runs elsewhere and doesn't tell. */
    readonly refusing: boolean | null
    /** `disk_full`, `write_failed` or `stopping`. */
    readonly refusal: string | null
  }[]
  /** Segments that are closed and not counted yet. */
  readonly backlog: { readonly segments: number; readonly bytes: number; readonly oldest_seconds: number }
  /** Segments of logs that are being brought in; they wait behind those. */
  readonly imports: { readonly segments: number; readonly bytes: number }
  /** Threads of this service's converter; null where none runs beside it. */
  readonly workers: { readonly total: number; readonly busy: number } | null
  readonly outbox: { readonly waiting: number }
  /** Of the state directory; null before it was first looked at. `hours_until_full` as in `Freshness`. */
  readonly disk: {
    readonly free_bytes: number
    readonly min_free_bytes: number
    readonly hours_until_full: number | null
  } | null
}

/** `GET /api/v1/overview` */
export interface OverviewAnswer {
  /** At most three sentences, worst first; each with the mark that stands before it. */
  readonly sentences: readonly {
    readonly mark: ChannelState
    readonly text: string
    readonly incident: number | null
  }[]
  readonly freshness: Freshness
  readonly week_start: string
  /** Where submissions are sent to, without a slash at its end. */
  readonly receive_url: string
  /** Most submissions first. Empty on a server that never counted anything. */
  readonly channels: readonly ChannelOverview[]
  /** Open and recovering ones, and those resolved in the last seven days, newest first. */
  readonly incidents: readonly IncidentAnswer[]
  /** Expected low and high water of all channels together: yesterday, today, the next two days. */
  readonly tide_table: readonly {
    readonly date: string
    readonly tides: readonly { readonly kind: 'low' | 'high'; readonly time: string; readonly expected: number }[]
    readonly of_expected: number | null
  }[]
}

/** `GET /api/v1/channels/:channel?from=…&to=…`: what a channel page needs besides its series. */
export interface ChannelAnswer {
  readonly channel: string
  readonly overview: ChannelOverview
  readonly sentences: OverviewAnswer['sentences']
  readonly freshness: Freshness
  /** Those that overlap the range, this channel's and `*`, gaps among them. */
  readonly incidents: readonly IncidentAnswer[]
  /** Hours without any coverage within the range, joined; with the reason where known. */
  readonly gaps: readonly { readonly from: string; readonly to: string; readonly reason: string }[]
  /** Builds first seen within the range that ever held at least 0.2 % of the channel. */
  readonly builds: readonly { readonly build_id: string; readonly first_seen: string; readonly blamed: boolean }[]
}

export interface MailSummary {
  readonly id: number
  readonly incident: number | null
  readonly trigger: string
  readonly subject: string
  readonly recipient: string
  readonly decided_at: string
  readonly state: string
  readonly sent_at: string | null
  readonly last_error: string | null
}

/** `GET /api/v1/mails` (newest first); the mail itself: `/api/v1/mails/:id/html` and `/api/v1/mails/:id/eml`. */
export interface MailsAnswer {
  readonly mails: readonly MailSummary[]
  /** Where mails go: to an SMTP server, or kept as files because none is set. */
  readonly delivery: 'smtp' | 'files'
}

/**
 * `GET /api/v1/stream` (server-sent events). Each event's `data` is one of these; `id:` lets a client that comes back
 * (`Last-Event-ID`) know whether it missed any: where it did, the first event is `reload`.
 */
export type StreamEvent =
  | { readonly event: 'freshness'; readonly freshness: Freshness }
  /** Counts of these hours changed; `hours` ISO. The page asks anew for what it shows. */
  | { readonly event: 'counts'; readonly channels: readonly string[]; readonly hours: readonly string[] }
  | { readonly event: 'judged'; readonly hour: string }
  | { readonly event: 'incidents'; readonly ids: readonly number[] }
  /** Mails were sent, or have to wait. */
  | { readonly event: 'mails' }
  | { readonly event: 'reload' }

/** `GET /api/v1/quarantine`: what could not be converted, whole, by the problem that it is counted under. */
export interface QuarantineAnswer {
  readonly problems: readonly {
    readonly problem: string
    readonly submissions: number
    /** Of the bodies, as received. */
    readonly bytes: number
    /** Receipt of the oldest. */
    readonly oldest: string
    /** Of these so many would have converted at `checked_at`, when all were tried; null: not tried yet. */
    readonly would_convert: number | null
    readonly checked_at: string | null
  }[]
}

/**
 * `GET /api/v1/submissions/:id` (a document id) and `GET /api/v1/submissions?debug_id=TAG`, newest first, at most 200; both take
 * `from` and `to`, which for a tag are the last 24 hours by default.
 */
export interface SubmissionsAnswer {
  readonly submissions: readonly SubmissionCopy[]
  /** Segments in the spool that weren't looked into, because too much waits. */
  readonly unread_segments: number
}

/** One time that a document was received. */
export interface SubmissionCopy {
  readonly document_id: string
  readonly received_at: string
  readonly reason: string
  readonly app_name: string
  readonly app_version: string
  readonly channel: string
  readonly build_id: string
  /** Null: not converted yet. */
  readonly outcome: string | null
  readonly problem: string | null
  readonly problems: readonly string[]
  readonly causes: readonly { readonly problem: string; readonly field: string; readonly value: string }[]
  readonly automation: boolean
  /** Of the body, as received. */
  readonly bytes: number
  /** When it was converted after all. */
  readonly recovered_at: string | null
  /** Which frame brought it. */
  readonly segment: string
  readonly frame: number
  readonly place: 'spool' | 'converted' | 'archive' | 'quarantine'
  /** Where it lies now, within the state directory. */
  readonly file: string
  /** Of a duplicate: what it repeats, where that was found. */
  readonly duplicate_of: { readonly segment: string; readonly frame: number } | null
}

/** Every error of the API. `error` is a sentence that names the thing, its value and what is allowed. */
export interface ErrorAnswer {
  readonly error: string
}
