import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'

/** Paths of files in PEM. */
export interface TlsFiles {
  readonly certificate: string
  readonly key: string
}

/** What a TLS server needs, checked: the certificate with its chain, its key, and the oldest protocol that is spoken. */
export interface TlsPair {
  readonly cert: Buffer
  readonly key: Buffer
  /** Older ones are broken, and no client that sends to a service of its own time needs them. */
  readonly minVersion: 'TLSv1.2'
}

/** Certificate or key can't be used; the message names the setting, the file, and what is wrong with it. */
export class TlsTrouble extends Error {}

/** Reads both files and sees that they belong together. Throws TlsTrouble. */
export async function readTlsPair(files: TlsFiles): Promise<TlsPair> {
  const cert = await readNamed('certificate', files)
  const key = await readNamed('key', files)
  const pair = tlsPairOf(cert, key)
  const certificate = attempt('certificate', files, 'it holds no certificate in PEM', () => new X509Certificate(cert))
  const privateKey = attempt('key', files, keyTrouble(key), () => createPrivateKey(key))
  if (!isKeyOf(certificate, privateKey)) {
    throw trouble('key', files, `it is not the key of the certificate in ${files.certificate}`)
  }
  attempt('certificate', files, 'it can not be used', () => createSecureContext(pair))
  return pair
}

/** In PEM, as the files hold them; not looked at. */
export function tlsPairOf(cert: Buffer, key: Buffer): TlsPair {
  return { cert, key, minVersion: 'TLSv1.2' }
}

/** Until when the pair's certificate is valid. */
export function validUntil({ cert }: TlsPair): Date {
  return new Date(new X509Certificate(cert).validTo)
}

async function readNamed(name: keyof TlsFiles, files: TlsFiles): Promise<Buffer> {
  try {
    return await readFile(files[name])
  } catch (error) {
    throw trouble(name, files, `it can't be read: ${codeOf(error)}`)
  }
}

function attempt<T>(name: keyof TlsFiles, files: TlsFiles, problem: string, use: () => T): T {
  try {
    return use()
  } catch (error) {
    throw trouble(name, files, `${problem} (${codeOf(error)})`)
  }
}

function keyTrouble(key: Buffer): string {
  return key.includes('ENCRYPTED') ? 'it needs a passphrase; use a key without one' : 'it holds no private key in PEM'
}

function isKeyOf(certificate: X509Certificate, key: KeyObject): boolean {
  return certificate.checkPrivateKey(key)
}

function trouble(name: keyof TlsFiles, files: TlsFiles, problem: string): TlsTrouble {
  return new TlsTrouble(`receive.tls.${name} is "${files[name]}": ${problem}`)
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return 'code' in error ? String(error.code) : error.message
}
