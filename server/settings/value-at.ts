/** The value at `receive.maxBodyBytes`, say; undefined where there is none. */
export function valueAt(settings: object, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, key) => Object.entries(value ?? {}).find(([name]) => name === key)?.[1], settings)
}
