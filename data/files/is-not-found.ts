/** Whether `error` says that a file or folder isn't (or is no longer) there. */
export function isNotFound(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
