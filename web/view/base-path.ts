/** The path that all pages lie under, without a slash at its end; empty at the root of their host. */
const BASE_PATH = basePath()

/** An address of this service, as the browser has to ask for it: `/tidewatch/api/v1/overview`. */
export function underBase(path: string): string {
  return BASE_PATH + path
}

/** A path of the browser's as pages know it. */
export function withoutBase(path: string): string {
  return path.startsWith(`${BASE_PATH}/`) ? path.slice(BASE_PATH.length) : path
}

/** The page says where all pages begin, seen from its own address: a proxy may have put them anywhere. */
function basePath(): string {
  if (typeof document === 'undefined') return ''
  const way = document.querySelector('meta[name="tidewatch-base"]')?.getAttribute('content')
  return way ? new URL(way, window.location.href).pathname.replace(/\/+$/, '') : ''
}
