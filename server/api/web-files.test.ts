import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { webFiles } from './web-files.ts'

const PAGE = '<!doctype html><title>Tidewatch</title>'
const SCRIPT = `export const tide = ${JSON.stringify('high '.repeat(1000))}`

let folder: string
let ask: ReturnType<typeof webFiles>

beforeAll(async () => {
  const parent = await mkdtemp(join(tmpdir(), 'tidewatch-web-'))
  folder = join(parent, 'web')
  await mkdir(join(folder, 'assets'), { recursive: true })
  await writeFile(join(folder, 'index.html'), PAGE)
  await writeFile(join(folder, 'assets/index-abc.js'), SCRIPT)
  await writeFile(join(parent, 'secret.json'), '{}')
  ask = webFiles(folder)
})

afterAll(async () => {
  await rm(join(folder, '..'), { recursive: true })
})

test.each(['/', '/channel/nightly', '/builds/nightly/20140201030204', '/channel/%zz'])(
  'every address of a view is the one page: %s',
  async (path) => {
    const answer = await ask({ path, takesGzip: true })
    expect(await answer.text()).toBe(PAGE)
    expect(answer.headers.get('Cache-Control')).toBe('no-cache')
  },
)

test('a file of the build is kept for good, and comes compressed to whoever takes it', async () => {
  for (const _ of ['made', 'kept']) {
    const answer = await ask({ path: '/assets/index-abc.js', takesGzip: true })
    expect(answer.headers.get('Content-Encoding')).toBe('gzip')
    expect(answer.headers.get('Vary')).toBe('Accept-Encoding')
    expect(answer.headers.get('Cache-Control')).toContain('immutable')
    const body = Buffer.from(await answer.arrayBuffer())
    expect(body.byteLength).toBeLessThan(SCRIPT.length / 10)
    expect(gunzipSync(body).toString()).toBe(SCRIPT)
  }
  const plain = await ask({ path: '/assets/index-abc.js', takesGzip: false })
  expect(plain.headers.get('Content-Encoding')).toBeNull()
  expect(await plain.text()).toBe(SCRIPT)
})

test('a file that an upgrade took away is not found, and no page in its place', async () => {
  const answer = await ask({ path: '/assets/index-old.js', takesGzip: true })
  expect(answer.status).toBe(404)
})

test.each(['/../secret.json', '/%2e%2e/secret.json', '/assets/..%2f..%2fsecret.json'])(
  'nothing outside of the build is given away: %s',
  async (path) => {
    const answer = await ask({ path, takesGzip: false })
    expect(await answer.text()).not.toBe('{}')
  },
)

test('pages that were not built are said', async () => {
  const answer = await webFiles(join(folder, 'nowhere'))({ path: '/', takesGzip: true })
  expect(answer.status).toBe(503)
  expect(await answer.text()).toContain('npm start')
})
