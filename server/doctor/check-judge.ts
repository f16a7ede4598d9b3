import { text } from 'node:stream/consumers'
import { z } from 'zod'
import { CalendarTrouble, readCalendar } from '../calendar/read-calendar.ts'
import { askOwner, isOwnerRunning } from '../cli/ask-owner.ts'
import type { Settings } from '../settings/schema.ts'
import type { DoctorFinding } from './finding.ts'

const about = 'judge'

/** Whether the calendar can be read, and whether wishes can be kept; the latter only a running service knows. */
export async function checkJudge(settings: Settings): Promise<DoctorFinding[]> {
  return [...(await checkCalendar(settings)), ...(await checkWishes(settings))]
}

async function checkCalendar({ judge }: Settings): Promise<DoctorFinding[]> {
  if (judge.calendar === '') return []
  try {
    const events = await readCalendar(judge.calendar)
    return [{ about: 'calendar', verdict: 'well', says: `${judge.calendar} holds ${events.length} events.` }]
  } catch (error) {
    if (!(error instanceof CalendarTrouble)) throw error
    return error.message.split('\n').map((says) => ({ about: 'calendar', verdict: 'wrong', says: `${says}.` }))
  }
}

async function checkWishes(settings: Settings): Promise<DoctorFinding[]> {
  if (settings.judge.sensitivity.length === 0 || !(await isOwnerRunning(settings))) return []
  const unkept = await askOwner(settings, { method: 'GET', path: '/unkept-wishes' }, async ({ body }) =>
    z.array(z.string()).parse(JSON.parse(await text(body))),
  )
  if (unkept.length === 0) return [{ about, verdict: 'well', says: 'What judge.sensitivity asks for can be told.' }]
  return unkept.map((says) => ({ about, verdict: 'mind', says: `${says}.` }))
}
