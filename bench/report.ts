/** A goal that a benchmark holds itself against; `ok` where `value` reaches it. */
export interface Goal {
  readonly value: number
  readonly goal: number
  readonly ok: boolean
}

export function atLeast(value: number, goal: number): Goal {
  return { value, goal, ok: value >= goal }
}

export function atMost(value: number, goal: number): Goal {
  return { value, goal, ok: value <= goal }
}

/** Columns as wide as their widest cell; numbers are the caller's to format. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)))
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd()
  return `${[line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')}\n`
}

/** Prints the last line of a benchmark: one line of JSON, for machines. */
export function printResult(
  bench: string,
  metrics: Readonly<Record<string, number>>,
  goals: Readonly<Record<string, Goal>>,
): void {
  process.stdout.write(`${JSON.stringify({ bench, metrics, goals })}\n`)
}
