import type { ProblemDetails } from '../../server/api/types.ts'

/** What an answer that is none says for itself, else its status. */
export async function errorOf(response: Response): Promise<string> {
  try {
    const answer: Partial<ProblemDetails> = await response.json()
    if (typeof answer.detail === 'string') return answer.detail
  } catch {
    // Not one of the API's own errors: the status has to do.
  }
  return `the server answered ${response.status} ${response.statusText}`.trim()
}
