import { type Codec, idOf } from './address.ts'

/** `/mail/7`; null: the newest mail is open where there is room beside the list. */
export interface MailView {
  readonly page: 'mail'
  readonly id: number | null
}

export const mailCodec: Codec<MailView> = {
  read: ({ parts: [text, ...rest] }) => {
    if (text === undefined) return { page: 'mail', id: null }
    const id = idOf(text)
    return id === null || rest.length > 0 ? null : { page: 'mail', id }
  },
  write: ({ id }) => ({ parts: id === null ? [] : [String(id)] }),
}
