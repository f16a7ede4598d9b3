/** Which numbers of frames were met, in little memory: they ascend but for damage, so what is kept is the gaps. */
export class SeenNumbers {
  #next = 0
  #gaps: { readonly from: number; readonly to: number }[] = []

  /** False where the number was met before. */
  add(number: number): boolean {
    if (number >= this.#next) {
      if (number > this.#next) this.#gaps.push({ from: this.#next, to: number })
      this.#next = number + 1
      return true
    }
    const gap = this.#gaps.find(({ from, to }) => from <= number && number < to)
    if (gap === undefined) return false
    const rest = [
      { from: gap.from, to: number },
      { from: number + 1, to: gap.to },
    ].filter(({ from, to }) => from < to)
    this.#gaps = [...this.#gaps.filter((other) => other !== gap), ...rest]
    return true
  }
}
