/** What is read already while nobody asks for it yet: its first value, and so all that must be done before that. */
export interface BegunEarly<T> {
  readonly values: AsyncIterable<T>
  /** To be called where `values` may not be read to their end. */
  close(): Promise<void>
}

/** An error of the beginning is told to whoever asks for the first value. */
export function beginEarly<T>(generator: AsyncGenerator<T, void>): BegunEarly<T> {
  const first = generator.next()
  first.catch(() => undefined)
  return {
    values: readFrom(first, generator),
    async close() {
      // It can only be closed once it has come to a value.
      await first.catch(() => undefined)
      await generator.return()
    },
  }
}

async function* readFrom<T>(first: Promise<IteratorResult<T, void>>, generator: AsyncGenerator<T, void>) {
  for (let read = await first; read.done !== true; read = await generator.next()) yield read.value
}
