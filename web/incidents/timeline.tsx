import type { IncidentDetailAnswer } from '../../server/api/types.ts'
import { useZone } from '../view/navigation.ts'
import { moment } from '../words/time.ts'

/** What was found, corrected and done, oldest first. */
export function Timeline({ events }: Pick<IncidentDetailAnswer, 'events'>) {
  const zone = useZone()
  return (
    <section>
      <h2 class="section-head">What happened</h2>
      <ol class="events">
        {events.map(({ at, kind, text, actor }) => (
          <li key={`${at} ${kind} ${text}`}>
            <time class="third" dateTime={at}>
              {moment(Date.parse(at), zone)}
            </time>
            <span>
              {text}
              {actor !== null && !text.includes(actor) && <span class="second">, {actor}</span>}
            </span>
          </li>
        ))}
      </ol>
    </section>
  )
}
