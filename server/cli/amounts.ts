/** `12.3 MiB` */
export function bytesText(count: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB']
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, count)) / 10))
  return `${power === 0 ? count : (count / 1024 ** power).toFixed(1)} ${units[power]}`
}

/** `1 frame`, `2,000 frames` */
export function counted(count: number, what: string): string {
  return `${numberText(count)} ${what}${count === 1 ? '' : 's'}`
}

export function numberText(count: number): string {
  return count.toLocaleString('en-US')
}
