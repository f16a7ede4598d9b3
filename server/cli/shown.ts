/** What came from outside must not steer a terminal. */
export function shown(value: string): string {
  return value.replace(/[^\P{C}\n\t]/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
