import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TLSSocket } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { generate } from 'selfsigned'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { removeFolder } from '../support/remove-folder.ts'
import { eventually, freePort } from '../support/tidewatch-process.ts'

const PROGRAM = fileURLToPath(new URL('../../dist/server/cli/main.js', import.meta.url))

let folder: string
let server: { child: ChildProcess; output: () => string } | null
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-https-'))
  server = null
})
afterEach(async () => {
  if (server !== null && server.child.exitCode === null) {
    server.child.kill('SIGKILL')
    await once(server.child, 'exit')
  }
  await removeFolder(folder)
})

async function putPair(name: string): Promise<string> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: name }], { keySize: 2048 })
  await writeFile(join(folder, 'cert.pem'), cert)
  await writeFile(join(folder, 'key.pem'), key)
  return cert
}

function serve(port: number, certificate = 'cert.pem') {
  const child = spawn(process.execPath, [PROGRAM, 'serve', '--role', 'receive', '--receivers', '2'], {
    env: {
      PATH: process.env.PATH ?? '',
      TIDEWATCH_STATE: join(folder, 'state'),
      TIDEWATCH_RECEIVE_LISTEN: `127.0.0.1:${port}`,
      TIDEWATCH_RECEIVE_TLS_CERTIFICATE: join(folder, certificate),
      TIDEWATCH_RECEIVE_TLS_KEY: join(folder, 'key.pem'),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
  server = { child, output: () => output }
  return server
}

/** Whose certificate a submission's connection showed; null where it wasn't answered 200. */
function submittedTo(port: number, ca: string): Promise<string | null> {
  return new Promise((resolve) => {
    const path = '/submit/telemetry/17caa68c-25f5-450a-9cce-7d31318846d8'
    const options = { host: '127.0.0.1', port, method: 'POST', path, ca, agent: false }
    const sent = request({ ...options, checkServerIdentity: () => undefined }, (answer) => {
      const { socket, statusCode } = answer
      const name = socket instanceof TLSSocket ? String(socket.getPeerCertificate().subject.CN) : null
      answer.resume().on('end', () => resolve(statusCode === 200 ? name : null))
    })
    sent.on('error', () => resolve(null))
    sent.end('{}')
  })
}

/** Process ids of the receivers that `parent` started. */
async function receiversOf(parent: number | undefined): Promise<readonly number[]> {
  const children = await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8')
  return children.trim().split(' ').map(Number)
}

test('every receiver takes a new certificate on SIGHUP, and keeps it where the next can not be used', async () => {
  const port = await freePort()
  const first = await putPair('first.example')
  const { child, output } = serve(port)
  await eventually('it receives', () => submittedTo(port, first))
  const second = await putPair('second.example')
  child.kill('SIGHUP')
  const changes = () => output().split('a new certificate is in force').length - 1
  await eventually('both receivers have it', async () => (changes() === 2 ? true : null))
  expect(await submittedTo(port, second)).toBe('second.example')

  await writeFile(join(folder, 'key.pem'), 'rubbish')
  child.kill('SIGHUP')
  await eventually('both say so', async () =>
    output().split("the new one can't be used: receive.tls.key").length === 3 ? true : null,
  )
  for (let time = 0; time < 10; time++) expect(await submittedTo(port, second)).toBe('second.example')
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
})

test('a receiver that is started again while the files are spoilt goes on with the certificate of before', async () => {
  const port = await freePort()
  const first = await putPair('first.example')
  const { child, output } = serve(port)
  await eventually('it receives', () => submittedTo(port, first))
  await writeFile(join(folder, 'key.pem'), 'rubbish')
  const receivers = await receiversOf(child.pid)
  expect(receivers).toHaveLength(2)
  for (const pid of receivers) process.kill(pid, 'SIGKILL')
  await eventually('both use the one of before', async () =>
    output().split('the certificate of before is used again').length === 3 ? true : null,
  )
  expect(output()).toContain(join(folder, 'key.pem'))
  expect(output()).toContain('it holds no private key in PEM')
  await eventually('it receives again', () => submittedTo(port, first))
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
})

test('a certificate that is not there is said in one sentence, and nothing is started', async () => {
  await putPair('first.example')
  const { child, output } = serve(await freePort(), 'missing.pem')
  expect(await once(child, 'exit')).toEqual([1, null])
  expect(output()).toContain(`receive.tls.certificate is "${join(folder, 'missing.pem')}": it can't be read: ENOENT`)
  expect(output()).not.toMatch(/ {4}at /)
})
