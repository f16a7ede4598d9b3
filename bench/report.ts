/** A goal that a benchmark holds itself against; `ok` where `value` reaches it. */
export interface Goal {
  readonly value: number
  readonly goal: number
  readonly ok: boolean
}

/** What is to be reached of one figure, and what the figure is. */
export interface Floor {
  readonly bound: 'at least' | 'at most'
  readonly goal: number
  readonly about: string
}

/** By the figure's name. */
export type Floors = Readonly<Record<string, Floor>>

export function atLeast(goal: number, about: string): Floor {
  return { bound: 'at least', goal, about }
}

export function atMost(goal: number, about: string): Floor {
  return { bound: 'at most', goal, about }
}

/** Holds what was measured against the goals. What wasn't measured (null) is neither reached nor missed. */
export function held<Name extends string>(
  floors: Readonly<Record<Name, Floor>>,
  measured: Readonly<Record<NoInfer<Name>, number | null>>,
): Record<string, Goal> {
  const goals: Record<string, Goal> = {}
  for (const [name, floor] of Object.entries<Floor>(floors)) {
    const value = Object.entries<number | null>(measured).find(([own]) => own === name)?.[1] ?? null
    if (value !== null) goals[name] = { value, goal: floor.goal, ok: reaches(value, floor) }
  }
  return goals
}

function reaches(value: number, { bound, goal }: Floor): boolean {
  return bound === 'at least' ? value >= goal : value <= goal
}

/** Name and text of each: `year_minutes`, `at most 20: …`. */
export function floorTexts(floors: Floors): readonly (readonly [string, string])[] {
  return Object.entries(floors).map(([name, { bound, goal, about }]) => [name, `${bound} ${goal}: ${about}`])
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
