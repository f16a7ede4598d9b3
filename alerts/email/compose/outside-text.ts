import type { Incident } from '../../incident.ts'

const LONGEST = 60
/** Line breaks and other controls, and what turns the direction of text or hides in it. */
const UNSAFE =
  /[\p{Cc}\p{Zl}\p{Zp}\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\ud800-\udfff]/gu

/**
 * A channel, build, reason or problem name as a mail shows it: on one line, of bearable length, and reading in the
 * direction of the rest. Such names come from clients, so anybody may have chosen them. An address in one is cut by an
 * invisible joiner, or mail programs would make a link of it. It isn't escaped yet.
 */
export function outsideText(text: string, longest = LONGEST): string {
  const safe = text.replace(UNSAFE, '\ufffd').replace(/:(?=\/\/)|www(?=\.)/gi, '$&\u2060')
  const characters = [...safe]
  return characters.length <= longest ? safe : `${characters.slice(0, longest - 1).join('')}…`
}

/** The incident with every name that came from outside made fit to be shown. */
export function shownIncident(incident: Incident): Incident {
  const { explanation, latest, series } = incident
  return {
    ...incident,
    channels: incident.channels.map((channel) => outsideText(channel)),
    series: Object.fromEntries(Object.entries(series).map(([key, value]) => [key, outsideText(String(value))])),
    latest: {
      ...latest,
      byChannel: latest.byChannel.map((numbers) => ({ ...numbers, channel: outsideText(numbers.channel) })),
    },
    explanation: {
      ...explanation,
      sentence: outsideText(explanation.sentence, 600),
      carriers: explanation.carriers.map((carrier) => ({ ...carrier, value: outsideText(carrier.value) })),
    },
  }
}
