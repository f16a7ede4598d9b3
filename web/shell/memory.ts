/** What a browser remembers for its user between visits. A browser that keeps nothing (private mode) is no error. */

const PREFIX = 'tidewatch.'

export function remembered(key: string): string | null {
  try {
    return window.localStorage.getItem(PREFIX + key)
  } catch {
    return null
  }
}

export function remember(key: string, value: string): void {
  try {
    window.localStorage.setItem(PREFIX + key, value)
  } catch {
    // Full or forbidden: the choice then holds for this page only.
  }
}
