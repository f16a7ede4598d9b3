import { underBase } from '../view/base-path.ts'
import { errorOf } from './error-of.ts'

/** What came of something that a person did: the API's answer, or its words on why it was not done. */
export type Acted<T> =
  | { readonly kind: 'done'; readonly data: T }
  | { readonly kind: 'refused'; readonly message: string }

/** Changes something at the API. Only pages of the service itself may: the browser says so, by the request's origin. */
export async function act<T>(method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<Acted<T>> {
  try {
    const response = await fetch(underBase(path), {
      method,
      headers: { Accept: 'application/json', 'Content-Type': 'application/json' },
      body: JSON.stringify(body ?? {}),
    })
    if (!response.ok) return { kind: 'refused', message: await errorOf(response) }
    // Pages and server are built and served together: the types of both are the same file.
    const data: T = await response.json()
    return { kind: 'done', data }
  } catch {
    return { kind: 'refused', message: 'the server does not answer: nothing was changed' }
  }
}
