/** What can be wrong with a request, as its answer's `type` and `title` say it (RFC 9457); `about` stands on the page that `type` leads to. */
export const PROBLEM_KINDS = {
  'invalid-parameter': {
    status: 400,
    title: 'A parameter is not as it should be',
    about: 'Each parameter that is to blame is in `errors`, with its value and what is allowed.',
  },
  'not-found': { status: 404, title: 'Not found', about: 'No such address, or nothing of that name or number.' },
  'method-not-allowed': {
    status: 405,
    title: 'This address does not do that',
    about: '`Allow` names the methods that it knows.',
  },
  'foreign-origin': {
    status: 403,
    title: 'Another site asks for a change',
    about:
      'What changes something needs an `Origin` of this service, as browsers send it from its own pages; tools send scheme, host and port of the address that they ask.',
  },
  conflict: {
    status: 409,
    title: 'There is nothing to do, or it does not fit what is there',
    about: '`detail` says why.',
  },
  'too-large': { status: 413, title: 'The body is too long', about: 'What is sent along may have 16 KiB.' },
  'not-json': {
    status: 415,
    title: 'The body is not JSON',
    about: 'What is sent along is a JSON object, with `Content-Type: application/json`.',
  },
  'wrong-host': {
    status: 421,
    title: 'The request is for another host',
    about:
      'Only names of this machine, of `publicUrl` and of `dashboard.hostNames` are answered, so that no web page elsewhere can read this.',
  },
  'internal-error': {
    status: 500,
    title: 'Something failed here',
    about: 'The fault is ours, and stands in the log.',
  },
  busy: {
    status: 503,
    title: 'Too many questions wait',
    about: 'So many questions wait for the counts that this one was not begun. `Retry-After` says when to ask again.',
  },
  'too-slow': {
    status: 504,
    title: 'The question took too long',
    about: 'It was interrupted, so that others are answered: ask for a shorter range, longer steps, or one channel.',
  },
} as const

export type ProblemKind = keyof typeof PROBLEM_KINDS
