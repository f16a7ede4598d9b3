/** A hidden page has no frames, and goes on all the same. */
const LONGEST_FRAME_MS = 100
/** Answers with no more characters than this, together, are drawn in one frame: a page drawn once for all of them is drawn less often. */
const FRAME_CHARACTERS = 24_000

/** What is drawn together. */
interface Turn {
  readonly begins: Promise<void>
  hasBegun: boolean
  /** Characters that it has room for yet. */
  room: number
}

let last: Turn | null = null

/**
 * Resolves in the frame in which an answer of so many characters is to be drawn. To draw a large one takes a good part of a frame:
 * several that arrive together, drawn together, would make one that people see as a hitch.
 */
export function frameFor(characters: number): Promise<void> {
  if (last === null || last.hasBegun || last.room < characters) last = turnAfter(last)
  last.room -= characters
  return last.begins
}

function turnAfter(before: Turn | null): Turn {
  const turn: Turn = {
    begins: (before?.begins ?? Promise.resolve()).then(nextFrame).then(() => {
      turn.hasBegun = true
    }),
    hasBegun: false,
    room: FRAME_CHARACTERS,
  }
  return turn
}

function nextFrame(): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, LONGEST_FRAME_MS)
    requestAnimationFrame(() => {
      clearTimeout(timer)
      // What is begun within the callback would still belong to its frame.
      setTimeout(resolve)
    })
  })
}
