/** Lets one at a time change the archive, in the order in which they came. */
export interface ArchiveTurn {
  /** `work` decides by what the archive holds, and changes it. Never to be asked for within `work`. */
  take<T>(work: () => Promise<T>): Promise<T>
}

export function createArchiveTurn(): ArchiveTurn {
  let last: Promise<unknown> = Promise.resolve()
  return {
    take(work) {
      const mine = last.then(work)
      last = mine.catch(() => undefined)
      return mine
    },
  }
}
