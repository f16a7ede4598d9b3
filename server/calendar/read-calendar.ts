import { open } from 'node:fs/promises'
import { extname } from 'node:path'
import type { CalendarEvent } from '../../alerts/calendar/calendar.ts'
import { parseCalendar } from '../../alerts/calendar/parse-calendar.ts'
import { parseIcs } from '../../alerts/calendar/parse-ics.ts'

/** The calendar file can't be used; each problem is a sentence for people, which names the line and what is allowed. */
export class CalendarTrouble extends Error {
  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
  }
}

const MOST_BYTES = 2 * 1024 * 1024

/** What stands in the file at `path`, by its beginning; none for an empty path. Throws CalendarTrouble. */
export async function readCalendar(path: string): Promise<readonly CalendarEvent[]> {
  if (path === '') return []
  const content = await contentOf(path)
  const parsed = extname(path).toLowerCase() === '.ics' ? parseIcs(path, content) : parseCalendar(path, content)
  if (parsed.kind === 'problems') throw new CalendarTrouble(parsed.problems)
  return parsed.events
}

async function contentOf(path: string): Promise<string> {
  try {
    const file = await open(path, 'r')
    try {
      const { size } = await file.stat()
      if (size > MOST_BYTES) {
        throw new CalendarTrouble([
          `judge.calendar is "${path}": it has ${size} bytes: use a file of at most ${MOST_BYTES}`,
        ])
      }
      return await file.readFile('utf8')
    } finally {
      await file.close()
    }
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error
    const why = error.code === 'ENOENT' ? 'there is no such file' : String(error.code)
    throw new CalendarTrouble([
      `judge.calendar is "${path}": ${why}: use the path of a calendar (.yaml or .ics), or nothing`,
    ])
  }
}
