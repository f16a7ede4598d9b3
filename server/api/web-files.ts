import { readFile } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { wayToBase } from './base-path.ts'

const compress = promisify(gzip)

interface Type {
  readonly name: string
  readonly isText: boolean
}

const TYPES: Readonly<Record<string, Type>> = {
  '.css': { name: 'text/css; charset=utf-8', isText: true },
  '.html': { name: 'text/html; charset=utf-8', isText: true },
  '.js': { name: 'text/javascript; charset=utf-8', isText: true },
  '.json': { name: 'application/json', isText: true },
  '.map': { name: 'application/json', isText: true },
  '.png': { name: 'image/png', isText: false },
  '.svg': { name: 'image/svg+xml', isText: true },
  '.woff': { name: 'font/woff', isText: false },
  '.woff2': { name: 'font/woff2', isText: false },
}

/** Once for each file of a build, then kept: it may take its time. */
const LEVEL = 9

interface WebRequest {
  readonly path: string
  /** Whether the asker takes gzip. */
  readonly takesGzip: boolean
}

/**
 * The built pages in `folder`: files under their names, and for every other address the one page, which draws all views. Names under
 * `/assets/` say what is in them, so browsers keep these files for good, and their compressed forms are kept here.
 */
export function webFiles(folder: string): (request: WebRequest) => Promise<Response> {
  const compressed = new Map<string, Promise<Uint8Array<ArrayBuffer>>>()
  return async ({ path, takesGzip }) => {
    const wanted = normalize(join(folder, decodedPath(path)))
    const type = TYPES[extname(wanted)]
    if (!wanted.startsWith(folder + sep) || type === undefined) return onePage(folder, path)
    const content = await readFileOrNull(wanted)
    if (content === null) return new Response('no such file\n', { status: 404 })
    const isKept = path.startsWith('/assets/')
    const headers: Record<string, string> = {
      'Content-Type': type.name,
      'Cache-Control': isKept ? 'public, max-age=31536000, immutable' : 'no-cache',
    }
    if (!isKept || !type.isText) return new Response(new Uint8Array(content), { headers })
    headers.Vary = 'Accept-Encoding'
    if (!takesGzip) return new Response(new Uint8Array(content), { headers })
    const body = compressed.get(wanted) ?? compressedOf(content)
    compressed.set(wanted, body)
    return new Response(await body, { headers: { ...headers, 'Content-Encoding': 'gzip' } })
  }
}

/** Small, and asked for anew at every visit: it names the newest files, as they are seen from the address `path`. */
async function onePage(folder: string, path: string): Promise<Response> {
  const index = await readFileOrNull(join(folder, 'index.html'))
  if (index === null) return new Response('the pages are not built: run npm start\n', { status: 503 })
  const page = index.toString().replaceAll('="./', `="${wayToBase(path)}`)
  return new Response(page, {
    headers: { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-cache' },
  })
}

async function compressedOf(content: Buffer): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await compress(content, { level: LEVEL }))
}

function decodedPath(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return '/'
  }
}

async function readFileOrNull(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path)
  } catch {
    return null
  }
}
