/** A frame of 60 a second, and a bit. */
const FRAME_MS = 17
/** Answers with no more characters than this, together, are drawn in one frame: a page drawn once for all of them is drawn less often. */
const FRAME_CHARACTERS = 100_000

/** What is drawn together. */
interface Turn {
  readonly begins: Promise<void>
  hasBegun: boolean
  /** Characters that it has room for yet. */
  room: number
}

let last: Turn | null = null
/** When the last turn's frame is over. */
let over: Promise<void> = Promise.resolve()

/**
 * Resolves when an answer of so many characters is to be drawn: at once where none was drawn just before. To draw a large one takes a good
 * part of a frame: several that arrive together, drawn together, would make one that people see as a hitch. No frame is asked for: where
 * an answer changes nothing, none is drawn.
 */
export function frameFor(characters: number): Promise<void> {
  if (last === null || last.hasBegun || last.room < characters) last = nextTurn()
  last.room -= characters
  return last.begins
}

function nextTurn(): Turn {
  const begins = over.then(() => {
    turn.hasBegun = true
  })
  over = begins.then(afterFrame)
  const turn: Turn = { begins, hasBegun: false, room: FRAME_CHARACTERS }
  return turn
}

/** A hidden page draws nothing, and its browser may let a timer wait for a minute: answers would pile up behind each other. */
async function afterFrame(): Promise<void> {
  if (document.hidden) return
  return new Promise((resolve) => setTimeout(resolve, FRAME_MS))
}
