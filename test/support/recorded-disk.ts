import { constants } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import type { Random } from './random.ts'

type FsPromises = typeof import('node:fs/promises')

/**
 * What was asked of the disk, in order. A step begins when it is asked for and ends when it is done: of what has begun
 * anything may have reached the disk, and only a sync that began after a step's end makes it sure.
 */
export type DiskEvent =
  | { readonly kind: 'create'; readonly file: number; readonly path: string }
  | { readonly kind: 'write'; readonly file: number; readonly at: number; readonly bytes: Buffer }
  | { readonly kind: 'rename'; readonly file: number; readonly to: string }
  | { readonly kind: 'remove'; readonly file: number }
  | { readonly kind: 'syncFile'; readonly file: number }
  | { readonly kind: 'syncFolder'; readonly folder: string }
  | { readonly kind: 'ended'; readonly event: number; readonly isDone: boolean }
  /** Something that the outside has been told. */
  | { readonly kind: 'told'; readonly what: string }

/** Called before a step; what it returns, the step fails with. */
export type Fault = (kind: DiskEvent['kind']) => Error | null

/** Everything that happens below one folder. */
export class Recording {
  readonly root: string
  readonly events: DiskEvent[] = []
  readonly #fault: Fault
  readonly #files = new Map<string, { file: number; bytes: number }>()
  #created = 0

  constructor(root: string, fault: Fault = () => null) {
    this.root = root
    this.#fault = fault
  }

  told(what: string): void {
    this.events.push({ kind: 'told', what })
  }

  fileAt(path: string): { file: number; bytes: number } {
    const found = this.#files.get(path)
    if (found === undefined) throw new Error(`${path} was made behind the recording's back`)
    return found
  }

  creates(path: string): { file: number; bytes: number } {
    const created = { file: this.#created++, bytes: 0 }
    this.#files.set(path, created)
    return created
  }

  moves(from: string, to: string | null): void {
    const found = this.fileAt(from)
    this.#files.delete(from)
    if (to !== null) this.#files.set(to, found)
  }

  /** The trouble that the next such step is to have. */
  troubleWith(kind: DiskEvent['kind']): Error | null {
    return this.#fault(kind)
  }

  /** Does a step, and records its beginning and its end. */
  async step<T>(event: DiskEvent, work: () => Promise<T>, trouble = this.troubleWith(event.kind)): Promise<T> {
    const index = this.events.push(event) - 1
    let isDone = false
    try {
      if (trouble !== null) throw trouble
      const result = await work()
      isDone = true
      return result
    } finally {
      this.events.push({ kind: 'ended', event: index, isDone })
    }
  }
}

let recording: Recording | null = null

/** From now on this one records; null: nobody does. */
export function record(next: Recording | null): void {
  recording = next
}

/** `node:fs/promises` as it is, of which the recording hears. Of what it doesn't know here, it hears nothing. */
export function recordedFs(real: FsPromises): FsPromises {
  const of = (path: unknown) => (recording !== null && String(path).startsWith(recording.root) ? recording : null)
  return {
    ...real,
    async open(path, flags, mode) {
      const to = of(path)
      if (to === null) return real.open(path, flags, mode)
      if (flags === 'ax' || (typeof flags === 'number' && (flags & constants.O_EXCL) !== 0)) {
        const handle = await to.step({ kind: 'create', ...to.creates(String(path)), path: String(path) }, () =>
          real.open(path, flags, mode),
        )
        return recordedHandle(real, to, handle, String(path))
      }
      return recordedHandle(real, to, await real.open(path, flags, mode), String(path))
    },
    async rename(from, target) {
      const to = of(from)
      if (to === null) return real.rename(from, target)
      const { file } = to.fileAt(String(from))
      await to.step({ kind: 'rename', file, to: String(target) }, () => real.rename(from, target))
      to.moves(String(from), String(target))
    },
    async unlink(path) {
      const to = of(path)
      if (to === null) return real.unlink(path)
      const { file } = to.fileAt(String(path))
      await to.step({ kind: 'remove', file }, () => real.unlink(path))
      to.moves(String(path), null)
    },
  }
}

function recordedHandle(real: FsPromises, to: Recording, handle: FileHandle, path: string): FileHandle {
  const sync = async (work: () => Promise<void>) => {
    const isFolder = (await handle.stat()).isDirectory()
    const event: DiskEvent = isFolder
      ? { kind: 'syncFolder', folder: path }
      : { kind: 'syncFile', file: to.fileAt(path).file }
    await to.step(event, work)
  }
  const recorded: Record<string, unknown> = {
    async writev(pieces: readonly NodeJS.ArrayBufferView[]) {
      const file = to.fileAt(path)
      const at = file.bytes
      const bytes = Buffer.concat(pieces.map((piece) => Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)))
      const trouble = to.troubleWith('write')
      if (trouble === null) {
        const result = await to.step({ kind: 'write', file: file.file, at, bytes }, () => handle.writev(pieces), null)
        file.bytes += result.bytesWritten
        return result
      }
      // A disk that fills up in the middle takes what it has room for.
      const half = bytes.subarray(0, bytes.length >> 1)
      await to.step({ kind: 'write', file: file.file, at, bytes: half }, () => real.appendFile(path, half), null)
      file.bytes += half.length
      throw trouble
    },
    datasync: () => sync(() => handle.datasync()),
    sync: () => sync(() => handle.sync()),
  }
  return new Proxy(handle, {
    get(target, name) {
      const own: unknown = Reflect.get(recorded, name) ?? Reflect.get(target, name)
      return typeof own === 'function' ? own.bind(target) : own
    },
  })
}

/** The files of a disk: contents by path. */
export type DiskImage = ReadonlyMap<string, Buffer>

/**
 * What a power cut after `events` may leave. Sure is only what was synced; of the rest `random` decides: which of its
 * sectors came to the disk, how long the files are, which folder entries there are. Null: everything came to the disk.
 * After a failed sync, what it was for is as good as lost: the kernel may take it for written.
 */
export function afterPowerCut(events: readonly DiskEvent[], random: Random | null): DiskImage {
  const ends = new Map<number, { at: number; isDone: boolean }>()
  for (const [at, event] of events.entries())
    if (event.kind === 'ended') ends.set(event.event, { at, isDone: event.isDone })
  const files = new Map<number, RecordedFile>()
  for (const [index, event] of events.entries()) {
    const end = ends.get(index)
    switch (event.kind) {
      case 'create':
        files.set(event.file, {
          places: [{ path: null, isSure: true, endedAt: 0 }, placed(event.path, end)],
          writes: [],
        })
        break
      case 'rename':
        if (end?.isDone !== false) files.get(event.file)?.places.push(placed(event.to, end))
        break
      case 'remove':
        if (end?.isDone !== false) files.get(event.file)?.places.push(placed(null, end))
        break
      case 'write':
        files.get(event.file)?.writes.push({
          at: event.at,
          bytes: event.bytes,
          isSure: false,
          isLost: false,
          endedAt: end?.at ?? Number.POSITIVE_INFINITY,
        })
        break
      case 'syncFile':
        if (end !== undefined) syncWrites(files.get(event.file), index, end.isDone)
        break
      case 'syncFolder':
        if (end?.isDone) for (const file of files.values()) syncPlaces(file, event.folder, index)
        break
      case 'ended':
      case 'told':
        break
    }
  }
  const image = new Map<string, Buffer>()
  for (const { places, writes } of files.values()) {
    const path = remaining(places, random)
    if (path !== null) image.set(path, content(writes, random))
  }
  return image
}

interface Place {
  readonly path: string | null
  isSure: boolean
  readonly endedAt: number
}

interface Write {
  readonly at: number
  readonly bytes: Buffer
  isSure: boolean
  isLost: boolean
  readonly endedAt: number
}

interface RecordedFile {
  /** Where it was, one after the other; null: nowhere. */
  readonly places: Place[]
  readonly writes: Write[]
}

function placed(path: string | null, end: { at: number } | undefined): Place {
  return { path, isSure: false, endedAt: end?.at ?? Number.POSITIVE_INFINITY }
}

function syncWrites(file: RecordedFile | undefined, begunAt: number, isDone: boolean): void {
  for (const write of file?.writes ?? []) {
    if (write.endedAt > begunAt || write.isSure) continue
    if (isDone && !write.isLost) write.isSure = true
    else write.isLost = true
  }
}

/** A folder's sync makes sure which of its entries are there and which no more. */
function syncPlaces(file: RecordedFile, folder: string, begunAt: number): void {
  for (const [index, place] of file.places.entries()) {
    const isOfFolder = [place.path, file.places[index - 1]?.path].some((path) => path?.startsWith(`${folder}/`))
    // A removal isn't needed: a file that comes back is no loss. An arrival is.
    if (place.endedAt < begunAt && (place.path === null ? isOfFolder : place.path.startsWith(`${folder}/`)))
      place.isSure = true
  }
}

function remaining(places: readonly Place[], random: Random | null): string | null {
  const last = places.length - 1
  const surest = places.findLastIndex(({ isSure }) => isSure)
  return places[random === null ? last : surest + random.below(last - surest + 1)]?.path ?? null
}

const SECTOR_BYTES = 512

function content(writes: readonly Write[], random: Random | null): Buffer {
  const end = Math.max(0, ...writes.map(({ at, bytes }) => at + bytes.length))
  const sureEnd = Math.max(0, ...writes.filter(({ isSure }) => isSure).map(({ at, bytes }) => at + bytes.length))
  const length = random === null ? end : sureEnd + random.below(end - sureEnd + 1)
  const bytes = Buffer.alloc(end)
  const way = random?.weighted([
    [1, 'nothing'],
    [1, 'a beginning'],
    [2, 'some sectors'],
  ])
  for (const write of writes.filter(({ isSure }) => !isSure)) {
    if (random !== null && way === 'nothing') continue
    write.bytes.copy(bytes, write.at)
    if (random === null || way === 'a beginning') continue
    for (let sector = Math.floor(write.at / SECTOR_BYTES) * SECTOR_BYTES; sector < end; sector += SECTOR_BYTES) {
      // Room that was made for it holds zeros, or what was there before.
      if (random.chance(50))
        random
          .bytes(1)
          .copy(
            bytes.fill(
              random.pick([0, 0xa5]),
              Math.max(sector, write.at),
              Math.min(sector + SECTOR_BYTES, write.at + write.bytes.length),
            ),
            end,
          )
    }
  }
  for (const { at, bytes: written, isSure } of writes) if (isSure) written.copy(bytes, at)
  return bytes.subarray(0, length)
}
