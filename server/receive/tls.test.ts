import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import { connect as connectPlain } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type SecureVersion, TLSSocket } from 'node:tls'
import { generate } from 'selfsigned'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { createLog } from '../log.ts'
import type { Receiver } from './receiver.ts'
import { PATH, type RunningReceivers, runningReceivers, sendRaw } from './testing/running-receivers.ts'
import { readTlsPair, type TlsFiles, type TlsPair, TlsTrouble } from './tls-pair.ts'
import { watchTlsPair } from './tls-watch.ts'

let old: Pem
let renewed: Pem
beforeAll(async () => {
  ;[old, renewed] = await Promise.all([pem('old.example'), pem('renewed.example')])
})

let folder: string
let files: TlsFiles
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-tls-'))
  files = { certificate: join(folder, 'cert.pem'), key: join(folder, 'key.pem') }
  await put(old)
})
afterEach(() => rm(folder, { recursive: true }))

interface Pem {
  readonly certificate: string
  readonly key: string
}

async function pem(name: string): Promise<Pem> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: name }], { keySize: 2048 })
  return { certificate: cert, key }
}

async function put({ certificate, key }: Partial<Pem>): Promise<void> {
  if (certificate !== undefined) await writeFile(files.certificate, certificate)
  if (key !== undefined) await writeFile(files.key, key)
}

describe('a pair that can be used', () => {
  test('is read, and speaks nothing older than TLS 1.2', async () => {
    expect(await readTlsPair(files)).toEqual({
      cert: Buffer.from(old.certificate),
      key: Buffer.from(old.key),
      minVersion: 'TLSv1.2',
    })
  })
})

describe('what is wrong with a pair is said in one sentence', () => {
  test.each([
    {
      claim: 'no file',
      spoil: () => rm(files.key),
      says: () => `receive.tls.key is "${files.key}": it can't be read: ENOENT`,
    },
    {
      claim: 'no certificate',
      spoil: () => put({ certificate: 'rubbish' }),
      says: () => `receive.tls.certificate is "${files.certificate}": it holds no certificate in PEM`,
    },
    {
      claim: 'no key',
      spoil: () => put({ key: '' }),
      says: () => `receive.tls.key is "${files.key}": it holds no private key in PEM`,
    },
    {
      claim: 'a key with a passphrase',
      spoil: () => put({ key: '-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n' }),
      says: () => `receive.tls.key is "${files.key}": it needs a passphrase; use a key without one`,
    },
    {
      claim: "another certificate's key",
      spoil: () => put({ key: renewed.key }),
      says: () => `receive.tls.key is "${files.key}": it is not the key of the certificate in ${files.certificate}`,
    },
  ])('$claim', async ({ spoil, says }) => {
    await spoil()
    const problem = await readTlsPair(files).catch((error: unknown) => error)
    expect(problem).toBeInstanceOf(TlsTrouble)
    expect(problem).toHaveProperty('message', expect.stringContaining(says()))
  })
})

describe('new contents', () => {
  let used: TlsPair[]
  let errors: string[]
  beforeEach(() => {
    used = []
    errors = []
  })

  async function watch(everyMs: number) {
    const log = createLog({ level: 'silent', role: 'receiver' })
    log.error = (message: unknown) => void errors.push(String(message))
    const inForce = await readTlsPair(files)
    return watchTlsPair(files, { inForce, use: (pair) => used.push(pair), log, everyMs })
  }

  test('are put to work when somebody says so, and only where they are new', async () => {
    const tls = await watch(1_000_000)
    await tls.look('asked')
    expect(used).toEqual([])
    await put(renewed)
    await tls.look('asked')
    await tls.look('asked')
    expect(used.map(({ cert }) => cert.toString())).toEqual([renewed.certificate])
    tls.stop()
  })

  test('are found without a word, also where the files are replaced by others', async () => {
    const tls = await watch(10)
    for (const name of ['certificate', 'key'] as const) {
      await writeFile(`${files[name]}.new`, renewed[name])
      await rename(`${files[name]}.new`, files[name])
    }
    await vi.waitFor(() => expect(used.map(({ cert }) => cert.toString())).toEqual([renewed.certificate]))
    tls.stop()
  })

  test('that can not be used leave the old ones in force, and are told of once, until others come', async () => {
    const tls = await watch(1_000_000)
    await put({ certificate: renewed.certificate })
    for (let time = 0; time < 3; time++) await tls.look('asked')
    expect(errors).toEqual([expect.stringContaining(`receive.tls.key is "${files.key}": it is not the key`)])
    expect(used).toEqual([])
    await put(renewed)
    await tls.look('by_itself')
    expect(used).toHaveLength(1)
    await put({ key: 'rubbish' })
    await tls.look('asked')
    expect(errors).toHaveLength(2)
    tls.stop()
  })

  test('that are only half there when they are first seen are no trouble', async () => {
    const tls = await watch(1_000_000)
    await put({ certificate: renewed.certificate })
    await tls.look('by_itself')
    await put({ key: renewed.key })
    await tls.look('by_itself')
    expect({ errors, used: used.length }).toEqual({ errors: [], used: 1 })
    tls.stop()
  })
})

describe('a receiver with a certificate', () => {
  let running: RunningReceivers
  beforeEach(async () => {
    running = await runningReceivers()
  })
  afterEach(() => running.remove())

  /** The status of a submission over HTTPS, and whose certificate was shown. */
  function submit({ port }: Receiver, ca: string, name: string): Promise<{ status: number; subject: string | null }> {
    return new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port, method: 'POST', path: PATH, ca, servername: name, agent: false }
      const sent = request({ ...options, checkServerIdentity: () => undefined }, (answer) => {
        const { socket } = answer
        const subject = socket instanceof TLSSocket ? String(socket.getPeerCertificate().subject.CN) : null
        answer.resume().on('end', () => resolve({ status: answer.statusCode ?? 0, subject }))
      })
      sent.on('error', reject)
      sent.end('{}')
    })
  }

  test('receives over HTTPS, and with a new one without a restart', async () => {
    const receiver = await running.start({ tls: files })
    expect(await submit(receiver, old.certificate, 'old.example')).toEqual({ status: 200, subject: 'old.example' })
    await put(renewed)
    await receiver.reload()
    expect(await submit(receiver, renewed.certificate, 'renewed.example')).toEqual({
      status: 200,
      subject: 'renewed.example',
    })
    expect(await running.submissions()).toHaveLength(2)
  })

  test.each([
    { maxVersion: 'TLSv1.1', agreed: false },
    { maxVersion: 'TLSv1.2', agreed: true },
    { maxVersion: 'TLSv1.3', agreed: true },
  ] satisfies { maxVersion: SecureVersion; agreed: boolean }[])(
    'and a client that speaks $maxVersion agree: $agreed',
    async ({ maxVersion, agreed }) => {
      const receiver = await running.start({ tls: files })
      const outcome = await new Promise((resolve) => {
        const ciphers = 'DEFAULT:@SECLEVEL=0'
        const client = { host: '127.0.0.1', port: receiver.port, ca: old.certificate, minVersion: 'TLSv1' as const }
        const socket = connect({ ...client, maxVersion, ciphers, checkServerIdentity: () => undefined }, () => {
          socket.destroy()
          resolve(true)
        })
        socket.on('error', () => resolve(false))
      })
      expect(outcome).toBe(agreed)
    },
  )

  test('hangs up on who speaks plain HTTP, and goes on', async () => {
    const receiver = await running.start({ tls: files })
    expect(await sendRaw(receiver, `POST ${PATH} HTTP/1.1\r\nHost: x\r\n\r\n`)).not.toContain('200')
    expect(await submit(receiver, old.certificate, 'old.example')).toMatchObject({ status: 200 })
  })

  test('counts connections of one address before they agree on anything, and waits for none when it stops', async () => {
    const receiver = await running.start({ tls: files, maxConnectionsPerAddress: 1 })
    const silent = connectPlain(receiver.port, '127.0.0.1')
    await new Promise((resolve) => silent.once('connect', resolve))
    await expect(submit(receiver, old.certificate, 'old.example')).rejects.toThrow(/ECONNRESET|disconnected|hang up/)
    expect(running.refused).toEqual(['connections_per_address'])
    const closed = new Promise((resolve) => silent.once('close', resolve))
    await receiver.stop()
    await closed
  })

  test('does not start without it', async () => {
    await put({ key: renewed.key })
    await expect(running.start({ tls: files })).rejects.toThrow('it is not the key of the certificate')
  })
})
