import type { Part } from './counts-disk.ts'
import type { Merges } from './counts-merges.ts'
import type { Peer } from './counts-peer.ts'
import { type Answered, QUESTIONS } from './counts-questions.ts'
import { median, milliseconds, p95, rounded } from './counts-times.ts'
import { type Floors, held, printResult, table } from './report.ts'

/** What was measured of the history that the goals are about. */
export interface Measured {
  readonly rows: number
  readonly bytes: number
  readonly parts: readonly Part[]
  readonly answers: ReadonlyMap<string, Answered>
  readonly merges: Merges
  readonly peer: Peer
  /** The longest that a stretch of a week took to be packed: merges wait for it. */
  readonly packingMs: number
}

/** Prints tables for people, and the result held against `floors`. `growth`: of each history the answers' times. */
export function tell(
  { rows, bytes, parts, answers, merges, peer, packingMs }: Measured,
  growth: readonly (readonly string[])[],
  floors: Floors,
): void {
  const answerRows = QUESTIONS.map(({ name, title, goalMs }) => {
    const { coldMs = 0, anewMs = [], keptMs = [], bytes: size = 0 } = answers.get(name) ?? {}
    const times = [coldMs, median(anewMs), p95(anewMs), median(keptMs), p95(keptMs)].map(milliseconds)
    return [title, ...times, `${goalMs} ms`, `${Math.round(size / 1024)} KiB`]
  })
  const head = ['over HTTP', 'cold', 'anew p50', 'anew p95', 'kept p50', 'kept p95', 'goal, kept', 'answer']
  process.stdout.write(`${table(head, answerRows)}\n`)
  process.stdout.write(
    `${table(
      ['merge of 300 rows', 'p50', 'p95'],
      [
        ['floor: as many rows into one table', milliseconds(median(merges.floorMs)), milliseconds(p95(merges.floorMs))],
        ['counts, coverage, ledger', milliseconds(median(merges.countsMs)), milliseconds(p95(merges.countsMs))],
        ['… with journal and documents', milliseconds(median(merges.wholeMs)), milliseconds(p95(merges.wholeMs))],
        ['peer: primary key, upsert', milliseconds(median(peer.mergeMs)), milliseconds(p95(peer.mergeMs))],
        ['longest wait for packing', '', milliseconds(packingMs)],
      ],
    )}\n`,
  )
  const bytesPerRow = bytes / rows
  const other = bytesPerRow - parts.reduce((sum, part) => sum + part.bytesPerRow, 0)
  process.stdout.write(
    `${table(
      ['on disk', 'bytes a row'],
      [...parts, { name: 'all else, and what is free', bytesPerRow: other }].map((part) => [
        part.name,
        part.bytesPerRow.toFixed(2),
      ]),
    )}\n`,
  )
  const anew = (name: string) => median(answers.get(name)?.anewMs ?? [])
  process.stdout.write(
    `${table(
      ['', 'Tidewatch', 'peer', 'x'],
      [
        [
          'bytes a row on disk',
          bytesPerRow.toFixed(2),
          peer.bytesPerRow.toFixed(2),
          (peer.bytesPerRow / bytesPerRow).toFixed(1),
        ],
        [
          'years daily by channel, anew',
          milliseconds(anew('daily_2_years')),
          milliseconds(peer.dailyMs),
          (peer.dailyMs / anew('daily_2_years')).toFixed(1),
        ],
        [
          '60 days hourly, anew',
          milliseconds(anew('hourly_60_days')),
          milliseconds(peer.hourlyMs),
          (peer.hourlyMs / anew('hourly_60_days')).toFixed(1),
        ],
      ],
    )}\n`,
  )
  process.stdout.write(
    `${table(['years, anew p50', ...QUESTIONS.map(({ name }) => name.replaceAll('_', ' '))], growth)}\n`,
  )
  const reached: Record<string, number> = {
    bytes_per_row: rounded(bytesPerRow),
    merge_p95_ms: rounded(p95(merges.countsMs)),
    packing_ms: rounded(packingMs),
  }
  const metrics: Record<string, number> = {
    rows,
    merge_floor_p50_ms: rounded(median(merges.floorMs)),
    merge_floor_p95_ms: rounded(p95(merges.floorMs)),
    merge_p50_ms: rounded(median(merges.countsMs)),
    merge_with_journal_p50_ms: rounded(median(merges.wholeMs)),
    merge_with_journal_p95_ms: rounded(p95(merges.wholeMs)),
    peer_merge_p95_ms: rounded(p95(peer.mergeMs)),
    peer_bytes_per_row: rounded(peer.bytesPerRow),
    peer_daily_ms: rounded(peer.dailyMs),
    peer_hourly_ms: rounded(peer.hourlyMs),
  }
  for (const { name } of QUESTIONS) {
    const answer = answers.get(name)
    if (answer === undefined) continue
    reached[`${name}_warm_p50_ms`] = rounded(median(answer.keptMs))
    reached[`${name}_cold_ms`] = rounded(answer.coldMs)
    metrics[`${name}_anew_p50_ms`] = rounded(median(answer.anewMs))
    metrics[`${name}_warm_p95_ms`] = rounded(p95(answer.keptMs))
  }
  printResult('counts', metrics, held(floors, reached))
}
