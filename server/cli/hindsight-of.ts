import { MINUTE_MS } from '../../data/domain/time.ts'
import { CalendarTrouble, readCalendar } from '../calendar/read-calendar.ts'
import { judgeWishesOf } from '../settings/judge-wishes.ts'
import type { Settings } from '../settings/schema.ts'
import type { ReckoningSources } from '../why/hindsight.ts'
import { reckonHere } from '../why/reckoner.ts'
import { CommandError } from './command.ts'

/** For commands that judge hours again themselves. */
export function hindsightOf(settings: Pick<Settings, 'judge' | 'stalled'>): ReckoningSources {
  return {
    async wishes() {
      try {
        return judgeWishesOf(settings, await readCalendar(settings.judge.calendar))
      } catch (error) {
        if (error instanceof CalendarTrouble) throw new CommandError(error.message)
        throw error
      }
    },
    reckoner: reckonHere,
    tellStalledAfterMs: () => settings.stalled.tellAfterMinutes * MINUTE_MS,
  }
}
