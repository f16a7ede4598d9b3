import { parentPort } from 'node:worker_threads'
import { drawPicture } from './draw-picture.ts'
import type { PictureSpec } from './picture-spec.ts'

/** The thread's end of `createPictureDrawer`: one picture at a time, in the order asked for. */
export interface PictureRequest {
  readonly id: number
  readonly spec: PictureSpec
}
export type PictureReply =
  | { readonly id: number; readonly png: Uint8Array }
  | { readonly id: number; readonly error: string }

parentPort?.on('message', (request: PictureRequest) => {
  parentPort?.postMessage(reply(request))
})

function reply({ id, spec }: PictureRequest): PictureReply {
  try {
    return { id, png: drawPicture(spec) }
  } catch (error) {
    return { id, error: error instanceof Error ? error.message : String(error) }
  }
}
