import type { ListenAddress } from './setting.ts'

/** In one sentence why nobody can listen at the address of the setting `name`; `code` is Node's: `EADDRINUSE`. */
export function listenTrouble(
  name: 'receive.listen' | 'dashboard.listen' | 'admin.listen' | 'listen',
  { host, port }: ListenAddress,
  code: string,
): string {
  const place = `${host.includes(':') ? `[${host}]` : host}:${port}`
  return `${name} is "${place}": ${reason(code)}; choose another with --${name}`
}

function reason(code: string): string {
  switch (code) {
    case 'EADDRINUSE':
      return 'something else listens there already'
    case 'EADDRNOTAVAIL':
      return 'this machine has no such address'
    case 'EACCES':
      return 'this user may not listen there'
    default:
      return code
  }
}
