import { type Codec, minuteText, timeOf } from './address.ts'

/** `/annotations?channel=nightly`: what people marked, and the form for more. */
export interface AnnotationsView {
  readonly page: 'annotations'
  /** Null: all of them. */
  readonly channel: string | null
  /** Epoch milliseconds that the form begins with: where somebody pointed in a chart. Null: now. */
  readonly at: number | null
}

export function annotationsView(changes: Partial<Omit<AnnotationsView, 'page'>> = {}): AnnotationsView {
  return { page: 'annotations', channel: null, at: null, ...changes }
}

export const annotationsCodec: Codec<AnnotationsView> = {
  read: ({ parts, parameters }) =>
    parts.length > 0
      ? null
      : { page: 'annotations', channel: parameters.get('channel') || null, at: timeOf(parameters.get('at')) },
  write: ({ channel, at }) => ({
    parameters: [
      ...(channel === null ? [] : [['channel', channel] as const]),
      ...(at === null ? [] : [['at', minuteText(at)] as const]),
    ],
  }),
}
