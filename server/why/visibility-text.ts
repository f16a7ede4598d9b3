import { formatEstimate, formatPercent, formatTime } from '../../alerts/sentence/format.ts'
import type { VisibilityAnswer } from '../api/types.ts'

type Series = VisibilityAnswer['series'][number]

/** A table for a terminal, and beneath it what can't be seen. */
export function visibilityText({ hour, series }: VisibilityAnswer): string {
  if (hour === null) return 'No hour has been judged yet.\n'
  const seen = series.filter(({ blind }) => blind === null)
  const rows = [
    ['told within', 'an hour', '6 h', '24 h', 'of about'],
    ...seen.map((own) => [
      nameOf(own),
      sizeOf(own, own.within_1h),
      sizeOf(own, own.within_6h),
      sizeOf(own, own.within_24h),
      own.per_hour === null ? '' : `${formatEstimate(own.per_hour)} an hour`,
    ]),
  ]
  const blind = series.filter((own) => own.blind !== null).map((own) => `  ${nameOf(own)}: ${own.blind}`)
  const head = `At ${formatTime(Date.parse(hour))} UTC, in nine of ten cases:\n`
  return `${head}${columns(rows)}${blind.length === 0 ? '' : `\nNothing can be seen of:\n${blind.join('\n')}\n`}`
}

function nameOf({ channel, kind, reason }: Series): string {
  const who = channel === '*' ? 'all channels' : channel
  return kind === 'invalid' ? `${who}, invalid` : reason === null ? who : `${who}, ${reason}`
}

function sizeOf({ kind }: Series, size: Series['within_1h']): string {
  if (size === null) return 'nothing'
  return kind === 'loss' ? formatPercent(size.ratio) : `+${(100 * size.ratio).toFixed(1)} points`
}

function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map(
      (row) =>
        `${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('   ')}\n`,
    )
    .join('')
}
