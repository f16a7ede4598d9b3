/**
 * Cells as they stand in a file that people may open in a spreadsheet. What came from clients must not be run there, so a cell that
 * would begin a formula gets an apostrophe in front; reading takes it off again. Both are inverses for every text.
 */
const FORMULA = /^'*[=+\-@\t\r]/

export function writeCell(value: string | number | boolean): string {
  const text = String(value)
  const safe = typeof value === 'string' && FORMULA.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

export function readCell(text: string): string {
  return text.startsWith("'") && FORMULA.test(text) ? text.slice(1) : text
}

export function writeRecord(cells: readonly (string | number | boolean)[]): string {
  return `${cells.map(writeCell).join(',')}\n`
}
