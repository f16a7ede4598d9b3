/** The receiver can't have its address; `code` is Node's: `EADDRINUSE`. */
export class CannotListen extends Error {
  readonly code: string

  constructor(message: string, code: string) {
    super(message)
    this.code = code
  }
}
