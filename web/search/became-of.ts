import type { ChannelState, SubmissionCopy } from '../../server/api/types.ts'
import { counted } from '../words/number.ts'

/** What became of a document, by its copies, newest first: the first that was no duplicate decides. */
export function becameOf(copies: readonly SubmissionCopy[]): {
  readonly mark: ChannelState
  readonly sentence: string
} {
  const counting = copies.filter(({ outcome }) => outcome !== 'duplicate')
  const copy = counting[0] ?? copies[0]
  if (copy === undefined) return { mark: 'unknown', sentence: 'No such submission was received.' }
  const more = copies.length === 1 ? '' : ` It was received ${counted(copies.length, 'time')}.`
  const { mark, words } = outcomeOf(copy)
  return { mark, sentence: `${words}${more}` }
}

function outcomeOf(copy: SubmissionCopy): { readonly mark: ChannelState; readonly words: string } {
  const because = copy.problem === null || copy.problem === 'none' ? '' : `: ${copy.problem}`
  if (copy.recovered_at !== null)
    return { mark: 'well', words: `It could not be converted at first${because}, and was later.` }
  switch (copy.outcome) {
    case null:
      return { mark: 'learning', words: 'It is received, and waits to be converted.' }
    case 'accepted':
      return { mark: 'well', words: 'It was accepted.' }
    case 'salvaged':
      return { mark: 'well', words: `It was accepted without what could not be read${because}.` }
    case 'quarantined':
      return { mark: 'invalid', words: `It waits in quarantine${because}.` }
    case 'rejected':
      return { mark: 'invalid', words: `It was rejected${because}. What came is kept.` }
    case 'duplicate':
      return { mark: 'well', words: 'It repeats one that was received before.' }
    default:
      return { mark: 'unknown', words: `It was ${copy.outcome}${because}.` }
  }
}
