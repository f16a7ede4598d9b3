/** Whether `Accept-Encoding` allows gzip. */
export function takesGzip(acceptEncoding: string | undefined): boolean {
  return /\bgzip\b(?!;q=0(?:\.0*)?(?:,|$))/.test(acceptEncoding ?? '')
}
