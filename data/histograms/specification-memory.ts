/** Enough for all builds of a day on all channels, several times over … */
const MOST_TEXTS = 64
/** … but no more characters than this together: somebody's specifications may be as long as they are let be. */
const MOST_CHARACTERS = 32 * 1024 ** 2

/** The specifications that were last in use, as text. */
export class SpecificationMemory {
  readonly #texts = new Map<string, string>()
  #characters = 0

  find(key: string): string | null {
    const text = this.#texts.get(key)
    if (text === undefined) return null
    // Again the youngest, so that what is in use is never the one to go.
    this.keep(key, text)
    return text
  }

  keep(key: string, text: string): void {
    this.#remove(key)
    this.#texts.set(key, text)
    this.#characters += text.length
    for (const oldest of this.#texts.keys()) {
      if (this.#texts.size <= MOST_TEXTS && this.#characters <= MOST_CHARACTERS) return
      this.#remove(oldest)
    }
  }

  #remove(key: string): void {
    this.#characters -= this.#texts.get(key)?.length ?? 0
    this.#texts.delete(key)
  }
}
