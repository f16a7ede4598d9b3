import type { CalendarEvent } from '../../alerts/calendar/calendar.ts'
import type { Logger } from '../log.ts'
import type { LiveSettings } from '../settings/live-settings.ts'
import { CalendarTrouble, readCalendar } from './read-calendar.ts'

/** The calendar of a running service: read at the start and with each reload, also where only the file has changed. */
export interface LiveCalendar {
  /** By their beginning. */
  events(): readonly CalendarEvent[]
}

/** Throws CalendarTrouble where it can't be read at the start; later the one in force stays, and the log says why. */
export async function openLiveCalendar(settings: LiveSettings, log: Logger): Promise<LiveCalendar> {
  let events = await readCalendar(settings.current.judge.calendar)
  let reading: Promise<void> = Promise.resolve()

  async function readAgain(): Promise<void> {
    try {
      events = await readCalendar(settings.current.judge.calendar)
      log.info({ events: events.length }, 'the calendar was read')
    } catch (error) {
      if (!(error instanceof CalendarTrouble)) throw error
      log.error({ problems: error.message.split('\n') }, 'the calendar in force stays: the new one has mistakes')
    }
  }

  settings.onReload(() => {
    reading = reading.then(readAgain).catch((error: unknown) => log.error({ error }, 'the calendar was not read'))
  })
  return { events: () => events }
}
