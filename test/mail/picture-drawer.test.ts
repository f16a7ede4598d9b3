import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createPictureDrawer, type PictureDrawer } from '../../alerts/email/picture/picture-drawer.ts'
import { makePicture } from '../../alerts/email/testing/make-picture.ts'

const compiled = new URL('../../dist/alerts/email/picture/picture-worker.js', import.meta.url)
const PNG = [0x89, 0x50, 0x4e, 0x47]

let folder: string
let drawer: PictureDrawer | null = null
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-picture-'))
})
afterEach(async () => {
  await drawer?.close()
  await rm(folder, { recursive: true })
})

/** A thread that behaves as `source` does. */
async function threadOf(source: string): Promise<URL> {
  const path = join(folder, 'thread.mjs')
  await writeFile(path, `import { parentPort } from 'node:worker_threads'\n${source}`)
  return pathToFileURL(path)
}

test('the compiled thread draws, several at a time', async () => {
  drawer = createPictureDrawer(30_000, compiled)
  const pngs = await Promise.all([1, 2, 3].map(() => drawer?.draw(makePicture())))
  for (const png of pngs) expect([...(png ?? []).slice(0, 4)]).toEqual(PNG)
})

test('a picture that hangs is given up, and the next one is drawn by another thread', async () => {
  const hangsOnce = await threadOf(`parentPort.on('message', ({ id, spec }) => {
    if (spec.title === 'hang') for (;;);
    parentPort.postMessage({ id, png: new Uint8Array([1]) })
  })`)
  drawer = createPictureDrawer(300, hangsOnce)
  await expect(drawer.draw(makePicture({ title: 'hang' }))).rejects.toThrow("wasn't drawn within 300 ms")
  // The new thread may take longer to start than the first one was given.
  await expect
    .poll(() =>
      drawer?.draw(makePicture()).then(
        (png) => [...png],
        () => null,
      ),
    )
    .toEqual([1])
})

test('what goes wrong in the thread is told', async () => {
  drawer = createPictureDrawer(
    30_000,
    await threadOf(`parentPort.on('message', ({ id }) => parentPort.postMessage({ id, error: 'no fonts' }))`),
  )
  await expect(drawer.draw(makePicture())).rejects.toThrow('no fonts')
})

test('a thread that dies takes no other picture with it', async () => {
  drawer = createPictureDrawer(
    30_000,
    await threadOf(`parentPort.on('message', ({ id, spec }) => {
      if (spec.title === 'die') process.exit(3)
      parentPort.postMessage({ id, png: new Uint8Array([1]) })
    })`),
  )
  await expect(drawer.draw(makePicture({ title: 'die' }))).rejects.toThrow('ended with code 3')
  expect([...(await drawer.draw(makePicture()))]).toEqual([1])
})

test('a thread that is missing is an error, not a hang', async () => {
  drawer = createPictureDrawer(30_000, pathToFileURL(join(folder, 'nothing-here.mjs')))
  await expect(drawer.draw(makePicture())).rejects.toThrow('nothing-here.mjs')
})
