/** A hidden page has no frames, and goes on all the same. */
const LONGEST_FRAME_MS = 100

let turn: Promise<void> = Promise.resolve()

/**
 * Resolves in a frame in which nobody else's turn was. To draw one answer takes a good part of a frame: several that
 * arrive together, drawn together, would make one that people see as a hitch.
 */
export function ownFrame(): Promise<void> {
  const mine = turn
  turn = mine.then(afterFrame)
  return mine
}

function afterFrame(): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, LONGEST_FRAME_MS)
    requestAnimationFrame(() => {
      clearTimeout(timer)
      // What is begun within the callback would still belong to its frame.
      setTimeout(resolve)
    })
  })
}
