/**
 * Times are TIMESTAMP without zone, always UTC. No primary keys over dimensions: they make the file twenty times larger
 * and merging twice as slow; uniqueness is the merge's business. `problem` is `none` where there is none.
 */
export const FIRST_TABLES = `
create table hourly_counts (
  hour timestamp not null, channel varchar not null, app_name varchar not null, app_version varchar not null,
  build_id varchar not null, reason varchar not null, outcome varchar not null, problem varchar not null,
  source varchar not null, automation boolean not null,
  submissions bigint not null, recovered bigint not null, bytes bigint not null);

-- Sums of hourly_counts without application, version, build and reason, and the same by day: most questions need no more, and
-- these have a hundredth of the rows. They hold for hours that aren't marked as unsummed in open_hours, and for days without such an
-- hour: whoever reads asks current_channel_counts and current_channel_days, which know; whoever changes hourly_counts marks the
-- hours, or makes the sums anew (rollups.ts).
create table channel_counts (
  hour timestamp not null, channel varchar not null, outcome varchar not null, problem varchar not null,
  source varchar not null, automation boolean not null,
  submissions bigint not null, recovered bigint not null);
create table channel_days (
  day timestamp not null, channel varchar not null, outcome varchar not null, problem varchar not null,
  source varchar not null, automation boolean not null,
  submissions bigint not null, recovered bigint not null);

-- Hours that counts were added to since they were last settled: what has its dimensions in common may stand in several rows,
-- and rare builds and versions under their own names (settle-hours.ts).
-- is_summed: whether channel_counts and channel_days hold for it.
create table open_hours (hour timestamp primary key, is_summed boolean not null);

create view current_channel_counts as
  from channel_counts anti join (from open_hours where not is_summed) using (hour)
  union all
  select hour, channel, outcome, problem, source, automation, submissions, recovered
  from hourly_counts semi join (from open_hours where not is_summed) using (hour);
create view current_channel_days as
  with unsummed_days as (select distinct date_trunc('day', hour) as day from open_hours where not is_summed)
  from channel_days anti join unsummed_days using (day)
  union all
  select date_trunc('day', hour) as day, channel, outcome, problem, source, automation, submissions, recovered
  from current_channel_counts
    semi join (select unnest(generate_series(day, day + interval 23 hour, interval 1 hour)) as hour from unsummed_days) using (hour);

-- Mondays of weeks whose rows of hourly_counts were written anew, to take less room, and not changed since (pack-weeks.ts): those
-- before packed_to.
create table packed_weeks (week timestamp primary key, packed_to timestamp not null);

create table minute_counts (
  minute timestamp not null, channel varchar not null, outcome varchar not null, problem varchar not null,
  submissions bigint not null);

create table attribute_counts (
  hour timestamp not null, channel varchar not null, attribute varchar not null, value varchar not null,
  source varchar not null, submissions bigint not null);

-- Answered 202 for its size and not kept. size_bits: binary digits of the size asked for, 0 where it isn't known, as in
-- imports; limit_bytes: what it was over, 0 where that isn't known.
create table discarded_counts (
  hour timestamp not null, channel varchar not null, cause varchar not null, size_bits integer not null,
  limit_bytes bigint not null, source varchar not null, automation boolean not null,
  submissions bigint not null, bytes bigint not null);

-- Stretches in which a receiver listened; stretches of one receiver never overlap. An import writes the
-- hours that it covers, receiver = 'import:<source>'.
create table coverage (receiver varchar not null, from_time timestamp not null, to_time timestamp not null);

-- A segment whose counts are in; its converted file's name is the segment's. state: merged, planned (in a part),
-- archived, damaged (its converted file can't be read any more and is set aside).
create table converted_files (
  segment varchar primary key, receiver varchar not null, segment_created_at timestamp not null,
  merged_at timestamp not null, records bigint not null, bytes bigint not null,
  duplicate_frames integer[] not null, state varchar not null, part bigint);

-- Written before the part is; a repeat after a crash writes the same part. state: planned, begun (files of it may be in the
-- storage), done, foreign (another database gave this number out: it is never given out again).
-- A change of the archive takes its number here as well, as state change.
create table archive_parts (part bigint primary key, planned_at timestamp not null, done_at timestamp, state varchar not null);

-- Every file that archive and quarantine consist of. state: kept, replaced (not read any more, and about to be removed).
-- problems: those of the rows, each once, so that retention by problem needn't open the file.
create table archive_files (
  name varchar primary key, keep varchar not null, submission_date varchar not null, channel varchar not null,
  part bigint not null, rows bigint not null, bytes bigint not null, problems varchar[] not null, state varchar not null);

-- Files that were replaced by others. Written before anything of the new ones is; the new ones bear the number part.
-- state: planned, done, abandoned.
create table archive_changes (
  part bigint primary key, kind varchar not null, planned_at timestamp not null, done_at timestamp,
  state varchar not null);

-- What the change part took out of the archive because somebody asked that documents be forgotten: the counts keep it.
create table forgotten_counts (
  part bigint not null, hour timestamp not null, channel varchar not null, outcome varchar not null, problem varchar not null,
  source varchar not null, automation boolean not null, submissions bigint not null, recovered bigint not null);

-- What retention removed: of days before this one nothing is left, in the quarantine of this problem. problem '*': whatever it is.
create table removed_days (keep varchar not null, problem varchar not null, before varchar not null, primary key (keep, problem));

-- Who was asked to be forgotten isn't kept: ids is their number, digest the SHA-256 of the list. done_at: null while it goes
-- on, and where it was cut short.
create table forget_requests (
  asked_at timestamp primary key, ids bigint not null, digest varchar not null, rows_removed bigint not null,
  done_at timestamp);

-- What the last dry run of reprocessing found: of so many submissions in the quarantine so many would convert.
create table quarantine_checks (
  problem varchar primary key, checked_at timestamp not null, submissions bigint not null, would_convert bigint not null);

-- kind: counts or attributes; importing the same again replaces its rows.
create table imports (
  source varchar not null, kind varchar not null, imported_at timestamp not null, rows_imported bigint not null,
  first_hour timestamp, last_hour timestamp, primary key (source, kind));

-- One row a channel and judged hour; for hours to come, the forecast, written anew after each hour.
create table expectations (
  hour timestamp not null, channel varchar not null, low double not null, mid double not null, high double not null);

-- state: judged, failed (three times: told as own trouble, not tried again until re-opened).
create table judged_hours (
  hour timestamp primary key, judged_at timestamp not null, state varchar not null, attempts integer not null, error varchar);

-- Hours that late counts changed after they were judged.
create table reopened_hours (hour timestamp primary key, reopened_at timestamp not null);

-- The same of what was received live, and kept once they are judged anew: charts mark them. added_at: the last time.
create table late_hours (hour timestamp primary key, added_at timestamp not null);

-- body: the incident as JSON (alerts/incident.ts); the columns are what is asked for.
create table incidents (
  id bigint primary key, state varchar not null, kind varchar not null, started_at timestamp not null,
  detected_at timestamp not null, resolved_at timestamp, body varchar not null);

create table incident_events (
  incident bigint not null, happened_at timestamp not null, kind varchar not null, text varchar not null, actor varchar);

-- What people hold back: body is the silence as JSON (alerts/silence.ts). ended_at may be still to come; null: with its
-- incident.
create table silences (id bigint primary key, ended_at timestamp, body varchar not null);

-- What people mark: body is the annotation as JSON (alerts/calendar/annotation.ts).
create table annotations (id bigint primary key, from_time timestamp not null, removed_at timestamp, body varchar not null);

-- What settings that are marked on charts were when the owner looked last; value as JSON.
create table settings_in_force (path varchar primary key, value varchar not null);

-- What each recipient was told of each incident last: body is that notification as JSON. is_over: its end was told.
create table mail_threads (
  incident bigint not null, recipient varchar not null, is_over boolean not null, told_at timestamp not null,
  body varchar not null, primary key (incident, recipient));

-- One row per mail and recipient. state: waiting, sending (handed to the mail server, its answer not known yet), sent,
-- refused (for ever), collapsed (a newer mail told it). incident: the one that it is about, 0 where it is about several or none;
-- incidents: all that it tells of, in whose threads it stands. sequence counts a thread's notifications from 1. body: what
-- it says as JSON (alerts/email/mail-body.ts).
create table outbox (
  id bigint primary key, incident bigint not null, incidents integer[] not null, sequence integer not null, trigger varchar not null,
  recipient varchar not null, subject varchar not null, decided_at timestamp not null, message_id varchar not null,
  state varchar not null, attempts integer not null, next_attempt_at timestamp not null, sent_at timestamp,
  last_error varchar, body varchar not null);

-- first_period and last_period are starts of periods; last_period is the newest that succeeded. retry_at: after a failure.
-- running_since: set while a run goes on; where it is set when the owner starts, the last owner died in that run.
create table tasks (
  name varchar primary key, first_period timestamp not null, last_period timestamp, last_run_at timestamp,
  last_success_at timestamp, error_count integer not null, last_error varchar, retry_at timestamp, running_since timestamp);

create table task_runs (
  name varchar not null, period timestamp not null, started_at timestamp not null, ended_at timestamp not null,
  error varchar);

-- Free space on the disk of the state directory, of the last day: a forecast need not learn it anew after a restart.
create table disk_samples (sampled_at timestamp not null, free_bytes bigint not null);
`
