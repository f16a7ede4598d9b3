/** What has to be closed again, in the reverse of the order it was opened in. */
export class Cleanup {
  readonly #steps: (() => Promise<unknown>)[] = []

  /** `close` is called once, at the end. */
  add(close: () => Promise<unknown>): void {
    this.#steps.push(close)
  }

  /** Closes everything, also where something can't be closed; throws the first error then. */
  async run(): Promise<void> {
    const errors: unknown[] = []
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      try {
        await step()
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length > 0) throw errors[0]
  }
}
