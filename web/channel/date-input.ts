import type { Zone } from '../view/zone.ts'

/** Between epoch milliseconds and what `<input type="datetime-local">` holds: `2014-02-01T14:00`, meant in `zone`. */

export function inputText(time: number, zone: Zone): string {
  const at = new Date(time)
  const shifted = zone === 'utc' ? time : time - at.getTimezoneOffset() * 60_000
  return new Date(shifted).toISOString().slice(0, 16)
}

/** Null where no date and time is given, or one that doesn't exist. */
export function timeOfInput(text: string, zone: Zone): number | null {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(text)) return null
  const time = Date.parse(zone === 'utc' ? `${text.slice(0, 16)}Z` : text.slice(0, 16))
  return Number.isNaN(time) ? null : time
}
