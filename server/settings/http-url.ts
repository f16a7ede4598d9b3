import type { Settings } from './schema.ts'
import type { ListenAddress } from './setting.ts'

/** `http://127.0.0.1:8080`: what a browser on this machine calls the address; `port` is the one in fact listened on. */
export function httpUrl({ host }: Pick<ListenAddress, 'host'>, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** Where submissions are sent to; `port` is the one in fact listened on. */
export function receiveUrl({ listen, tls }: Settings['receive'], port: number): string {
  const url = httpUrl(listen, port)
  return tls.certificate === '' ? url : url.replace(/^http:/, 'https:')
}
