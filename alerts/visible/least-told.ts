/** Sizes are told to this. */
const PRECISION = 0.0025

/**
 * The least size in (0, most] that is told, to a quarter of a percent and never less than it is; null: not even `most` is. `isTold`
 * tells whatever is larger than something that it tells.
 */
export function leastTold(most: number, isTold: (size: number) => boolean): number | null {
  if (!(most > 0) || !isTold(most)) return null
  let told = most
  let untold = 0
  while (told - untold > PRECISION) {
    const middle = (told + untold) / 2
    if (isTold(middle)) told = middle
    else untold = middle
  }
  return told
}

/** Of ten cases in nine noise goes no further against it than so many deviations (a normal distribution's). */
export const NINE_OF_TEN = 1.2816
