/** What every shell takes for one word as it stands; a minus in front would be an option. */
const PLAIN = /^[\w.:/@%+,][\w.:/@%+,-]*$/

/**
 * `text` as one word of a command that somebody copies into a shell. Names come from clients, who may call a build
 * `$(rm -rf ~)`.
 */
export function shellWord(text: string): string {
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
