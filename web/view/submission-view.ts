import type { Codec } from './address.ts'

/** `/submission/<document id>`: what became of one submission. */
export interface SubmissionView {
  readonly page: 'submission'
  /** As it stands in the address: that it is no document id is the page's to say. */
  readonly id: string
}

export const submissionCodec: Codec<SubmissionView> = {
  read: ({ parts: [id, ...rest] }) => (id === undefined || rest.length > 0 ? null : { page: 'submission', id }),
  write: ({ id }) => ({ parts: [id] }),
}
