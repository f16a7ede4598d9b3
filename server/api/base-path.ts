/** The path that `publicUrl` ends with, without a slash at its end: `/tidewatch`; empty where it has none. */
export function basePathOf(publicUrl: string): string {
  return publicUrl === '' ? '' : new URL(publicUrl).pathname.replace(/\/+$/, '')
}

/** `path` as it is here: some proxies take the public path off, others pass it on. */
export function withoutBasePath(path: string, base: string): string {
  return base !== '' && path.startsWith(`${base}/`) ? path.slice(base.length) : path
}

/**
 * What leads from the page at `path` to where all pages begin, wherever a proxy has put that: `./` from `/incidents`, `../` from
 * `/channel/nightly`. So a page needn't know what stands before its address.
 */
export function wayToBase(path: string): string {
  const depth = path.split('/').length - 2
  return depth <= 0 ? './' : '../'.repeat(depth)
}
