/** What people are told of at once; the rest is listed by a command. */
const MOST_TOLD = 3
const MOST_IDS = 5

/**
 * What differs between the archive and the counts, in one sentence. `texts` are differences in words, `ids` the segments and documents that
 * they are about; `count` is how many differences there are in all.
 */
export function archiveSentence(texts: readonly string[], ids: readonly string[], count: number): string | null {
  if (count === 0) return null
  const told = texts.slice(0, MOST_TOLD)
  const others = count > told.length ? `, and ${count - told.length} more` : ''
  const named = ids.slice(0, MOST_IDS)
  const more = ids.length > named.length ? ` and ${ids.length - named.length} more` : ''
  const which = named.length === 0 ? '' : ` It is about ${named.join(', ')}${more}.`
  return `The archive does not hold what was counted: ${told.join('; ')}${others}.${which} "tidewatch archive verify" lists them.`
}
