/** Between name and value, and behind it: `: ` and a line's end. */
const BYTES_AROUND = 4

/**
 * What is too much about a request's headers, as a sentence for its client; null: nothing. `rawHeaders` as Node has them:
 * names and values in turn, as they came.
 */
export function headersOverLimit(
  rawHeaders: readonly string[],
  { maxHeaderCount, maxHeaderBytes }: { readonly maxHeaderCount: number; readonly maxHeaderBytes: number },
): string | null {
  const count = rawHeaders.length / 2
  if (count > maxHeaderCount) return `${count} headers are over the limit of ${maxHeaderCount}\n`
  let bytes = count * BYTES_AROUND
  for (const text of rawHeaders) bytes += text.length
  return bytes > maxHeaderBytes ? `Headers of ${bytes} bytes are over the limit of ${maxHeaderBytes} bytes\n` : null
}
