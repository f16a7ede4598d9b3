import type { z } from 'zod'

/**
 * The JSON objects of an answer that has one a line. Where the answer breaks off it throws what broke it (readline would
 * wait for ever).
 */
export async function* jsonLines<T>(body: AsyncIterable<Uint8Array>, schema: z.ZodType<T>): AsyncGenerator<T> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const bytes of body) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) yield schema.parse(JSON.parse(line))
  }
  if (rest !== '') throw new Error('the answer breaks off in the middle of a line')
}
