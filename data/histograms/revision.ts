declare const revisionBrand: unique symbol

/**
 * A build's source revision, read from `info.revision` and found to be among those that may be asked for. Its parts
 * hold nothing but `[A-Za-z0-9._-]` and the repository's single slashes, so they, and nothing else of the payload, may
 * stand in a path or an address.
 */
export interface Revision {
  readonly [revisionBrand]: true
  /** One of the allowed prefixes, as the settings have it. */
  readonly prefix: string
  /** `releases/mozilla-release` */
  readonly repository: string
  /** 6 to 40 hex digits, lower case; 12 and 40 are usual and mean the same revision where they begin alike. */
  readonly hex: string
}

export interface RevisionRules {
  /** What may stand before `/<repository>/rev/…`: `http://hg.mozilla.org`. Case of scheme and host doesn't matter. */
  readonly prefixes: readonly string[]
  /** `releases/mozilla-*`: `*` stands for any part of a name, never for a slash. */
  readonly repositories: readonly string[]
}

/** Both schemes of the host that builds name: which of the two a build writes has changed before, and unseen. */
export const DEFAULT_REVISION_RULES: RevisionRules = {
  prefixes: ['http://hg.mozilla.org', 'https://hg.mozilla.org'],
  repositories: ['mozilla-central', 'releases/mozilla-*', 'projects/*', 'integration/*'],
}

const REPOSITORY_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/
const LONGEST_REPOSITORY_PATH = 4
const LONGEST_URL = 500
const LONGEST_PREFIX = 100
const NO_REPOSITORY = '/rev/'

/** The revision that `url` names; null where it can't be read so, or isn't allowed. */
export function parseRevision(url: string, rules: RevisionRules): Revision | null {
  if (url.length > LONGEST_URL) return null
  const known = readings.get(rules)?.get(url)
  if (known !== undefined) return known
  const revision = readRevision(url, rules)
  if (revision !== null) remember(url, revision, rules)
  return revision
}

/** What was read by the same rules before: very many submissions name few builds. */
const readings = new WeakMap<RevisionRules, Map<string, Revision>>()
const MOST_READINGS = 1000

function remember(url: string, revision: Revision, rules: RevisionRules): void {
  const known = readings.get(rules) ?? new Map<string, Revision>()
  readings.set(rules, known)
  if (known.size >= MOST_READINGS) known.clear()
  // A copy: what was cut out of a payload would keep all of that in memory. What can be read is ASCII.
  known.set(Buffer.from(url, 'latin1').toString('latin1'), revision)
}

function readRevision(url: string, rules: RevisionRules): Revision | null {
  // Other letters than ASCII's may become one of them in lower case (the Kelvin sign a k), and so an allowed host.
  if (/[^\x21-\x7e]/.test(url)) return null
  const [, place, digits] = /^(.+)\/rev\/([0-9a-f]{6,40})\/?$/i.exec(url) ?? []
  if (place === undefined || digits === undefined) return null
  const known = comparable(place)
  for (const prefix of rules.prefixes) {
    const start = `${comparable(prefix)}/`
    if (!known.startsWith(start)) continue
    const repository = known.slice(start.length)
    if (isRepository(repository) && rules.repositories.some((pattern) => matches(repository, pattern))) {
      return brand({ prefix, repository, hex: digits.toLowerCase() })
    }
  }
  return null
}

/** The address by which a histogram server is asked for `revision`, rebuilt from its parts. */
export function revisionUrl(revision: Revision): string {
  return `${revision.prefix.replace(/\/+$/, '')}/${revision.repository}/rev/${revision.hex}`
}

/**
 * What precedes `/<repository>/rev/…` in `url`: the watched attribute that shows a change of the builds' habit within the
 * hour. It is one of the allowed prefixes only where the revision can be read; whatever can't be is seen as another value:
 * with scheme and authority as they came where the prefix isn't allowed (`https://git.example.org`), with all that precedes
 * `/rev/` where it is (`http://hg.mozilla.org/try`), `none` where there is no such thing (`/rev/`). At most 100 characters.
 */
export function revisionPrefix(url: string, rules: RevisionRules): string {
  const revision = parseRevision(url, rules)
  if (revision !== null) return revision.prefix.slice(0, LONGEST_PREFIX)
  const known = comparable(url.slice(0, LONGEST_URL))
  for (const prefix of rules.prefixes) {
    const start = comparable(prefix)
    if (!known.startsWith(`${start}/`)) continue
    const [rest = ''] = known.slice(start.length).split('/rev/')
    return `${prefix}${rest || NO_REPOSITORY}`.slice(0, LONGEST_PREFIX)
  }
  const authority = /^[a-z][a-z0-9+.-]*:\/\/[^/\s]*/i.exec(url)?.[0].slice(0, LONGEST_PREFIX) ?? 'none'
  return rules.prefixes.includes(authority) ? `${authority}${NO_REPOSITORY}` : authority
}

/** Scheme and host in lower case, without the scheme's own port and without slashes at the end. */
function comparable(url: string): string {
  const [, scheme, host, rest] = /^([a-z][a-z0-9+.-]*):\/\/([^/]*)(.*)$/is.exec(url) ?? []
  if (scheme === undefined || host === undefined || rest === undefined) return url
  const usualPort = { http: ':80', https: ':443' }[scheme.toLowerCase()]
  const name = usualPort !== undefined && host.endsWith(usualPort) ? host.slice(0, -usualPort.length) : host
  return `${scheme.toLowerCase()}://${name.toLowerCase()}${rest.replace(/\/+$/, '')}`
}

function isRepository(path: string): boolean {
  const names = path.split('/')
  return names.length <= LONGEST_REPOSITORY_PATH && names.every((name) => REPOSITORY_NAME.test(name))
}

function matches(repository: string, pattern: string): boolean {
  const source = pattern
    .split('*')
    .map((literal) => literal.replace(/[.\\+?^${}()|[\]]/g, '\\$&'))
    .join('[^/]*')
  return new RegExp(`^${source}$`).test(repository)
}

function brand(parts: Omit<Revision, typeof revisionBrand>): Revision {
  return parts as Revision
}
