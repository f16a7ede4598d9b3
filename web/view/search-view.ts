import type { Codec } from './address.ts'

/** `/search?q=nightly`; empty: nothing looked for yet. */
export interface SearchView {
  readonly page: 'search'
  readonly q: string
}

export const searchCodec: Codec<SearchView> = {
  read: ({ parts, parameters }) => (parts.length > 0 ? null : { page: 'search', q: parameters.get('q') ?? '' }),
  write: ({ q }) => ({ parameters: q === '' ? [] : [['q', q]] }),
}
