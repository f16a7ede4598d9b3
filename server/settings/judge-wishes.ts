import { type CalendarEvent, holidaysOf } from '../../alerts/calendar/calendar.ts'
import { type Sensitivity, USUAL_FALSE_ALARMS_PER_YEAR } from '../../alerts/judge/sensitivity.ts'
import type { JudgeWishes } from '../../alerts/judge/verdict.ts'
import type { Settings } from './schema.ts'
import type { SensitivitySetting } from './sensitivity-setting.ts'

/** What settings and calendar tell the judge, the live one and that of a backtest. */
export function judgeWishesOf({ judge }: Pick<Settings, 'judge'>, events: readonly CalendarEvent[]): JudgeWishes {
  const known = new Map<string, Sensitivity>()
  return {
    holidays: holidaysOf(events),
    sensitivity(channel) {
      const found = known.get(channel) ?? sensitivityOf(judge, channel)
      known.set(channel, found)
      return found
    },
  }
}

/** Of each kind the first wish that is about the channel. */
function sensitivityOf({ sensitivity, falseAlarmsPerYear }: Settings['judge'], channel: string): Sensitivity {
  const about = sensitivity.filter(({ channels }) => channels?.some((pattern) => fits(pattern, channel)) ?? true)
  const first = <Kind extends keyof SensitivitySetting>(kind: Kind) =>
    about.find((wish) => wish[kind] !== undefined)?.[kind]
  const [loss, surge, invalid, discarded] = [first('missing'), first('surge'), first('invalid'), first('discarded')]
  const alarms = first('falseAlarmsPerYear') ?? falseAlarmsPerYear
  return {
    ...(loss && { loss }),
    ...(surge && { surge }),
    ...(invalid && { invalid }),
    ...(discarded && { discarded }),
    ...(alarms === USUAL_FALSE_ALARMS_PER_YEAR ? {} : { falseAlarmsPerYear: alarms }),
  }
}

/** `*` is any text. */
function fits(pattern: string, channel: string): boolean {
  const [first = '', ...pieces] = pattern.split('*')
  if (pieces.length === 0) return pattern === channel
  const last = pieces.pop() ?? ''
  if (!channel.startsWith(first) || !channel.endsWith(last) || channel.length < first.length + last.length) return false
  let from = first.length
  const end = channel.length - last.length
  for (const piece of pieces) {
    const at = channel.indexOf(piece, from)
    if (at < 0 || at + piece.length > end) return false
    from = at + piece.length
  }
  return true
}
