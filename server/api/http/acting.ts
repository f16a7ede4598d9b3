import type { Context } from 'hono'
import { RequestError } from '../request.ts'

const MOST_BYTES = 16 * 1024

/**
 * A page elsewhere may not change anything here in the name of whoever looks at it: browsers say where a request comes from, and only
 * this service's own pages are believed, under the name they were asked by or the public one.
 */
export function refuseForeign(context: Context, publicUrl: string): void {
  const origin = context.req.header('Origin')
  const host = context.req.header('Host') ?? ''
  if (origin === undefined) {
    throw new RequestError('foreign-origin', `Origin is missing: use this service's own, such as http://${host}`)
  }
  const isOwn = URL.canParse(origin) && [host, ...hostOf(publicUrl)].includes(new URL(origin).host)
  if (!isOwn) {
    const own = [`http://${host}`, ...(publicUrl === '' ? [] : [new URL(publicUrl).origin])].join(' or ')
    throw new RequestError('foreign-origin', `Origin is ${JSON.stringify(origin)}: use ${own}`)
  }
}

function hostOf(url: string): string[] {
  return url === '' ? [] : [new URL(url).host]
}

/** What was sent along. A form of another site can't bear this type, which is one more reason to insist on it. */
export async function sentJson(context: Context): Promise<unknown> {
  const type = context.req.header('Content-Type') ?? ''
  if (!/^application\/json\s*(?:;|$)/i.test(type)) {
    throw new RequestError('not-json', `Content-Type is ${JSON.stringify(type)}: use application/json`)
  }
  const text = await boundedText(context.req.raw.body)
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new RequestError('not-json', `the body is no JSON: ${error instanceof Error ? error.message : error}`)
  }
}

async function boundedText(body: ReadableStream<Uint8Array> | null): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength
    if (bytes > MOST_BYTES)
      throw new RequestError('too-large', `the body is longer than ${MOST_BYTES} bytes: use fewer`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
