import type { EpochMs } from '../../data/domain/time.ts'

/** The time in a build id, `20140116030203`; null where it is none. Build machines tell it in their own zone. */
export function timeOfBuild(buildId: string): EpochMs | null {
  const parts = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})$/.exec(buildId)
  if (parts === null) return null
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1).map(Number)
  const time = Date.UTC(year, month - 1, day, hour, minute, second)
  const isDate = new Date(time).toISOString().replace(/\D/g, '').startsWith(buildId)
  return isDate ? time : null
}
