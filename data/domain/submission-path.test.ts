import { describe, expect, test } from 'vitest'
import { isSubmissionPath, parseSubmissionPath, pathOfTarget } from './submission-path.ts'

const ID = '17caa68c-25f5-450a-9cce-7d31318846d8'

/** A notation for what a path says: `full id reason/app/version/channel/build`, `id …`, `malformed (cause) id`, `elsewhere`. */
function summary(path: string): string {
  const parsed = parseSubmissionPath(path)
  switch (parsed.kind) {
    case 'full': {
      const { reason, appName, appVersion, channel, buildId } = parsed.dimensions
      return `full ${parsed.documentId} ${[reason, appName, appVersion, channel, buildId].join('|')}`
    }
    case 'id':
      return `id ${parsed.documentId}`
    case 'malformed':
      return `malformed (${parsed.cause}) ${parsed.documentId}`.trim()
    case 'elsewhere':
      return 'elsewhere'
  }
}

describe('parseSubmissionPath', () => {
  const full = '/idle-daily/Firefox/23.0.1/release/20130814063812'
  test.each([
    {
      claim: 'six parts are id and dimensions',
      path: `/submit/telemetry/${ID}${full}`,
      says: `full ${ID} idle-daily|Firefox|23.0.1|release|20130814063812`,
    },
    { claim: 'a UUID alone is a whole path', path: `/submit/telemetry/${ID}`, says: `id ${ID}` },
    { claim: 'ids are lower case', path: `/submit/telemetry/${ID.toUpperCase()}`, says: `id ${ID}` },
    { claim: 'a trailing slash says nothing', path: `/submit/telemetry/${ID}/`, says: `id ${ID}` },
    {
      claim: 'several trailing slashes neither',
      path: `/submit/telemetry/${ID}${full}//`,
      says: `full ${ID} idle-daily|Firefox|23.0.1|release|20130814063812`,
    },
    { claim: 'nor do slashes before the id', path: `/submit/telemetry//${ID}`, says: `id ${ID}` },
    {
      claim: 'an empty part is an unknown dimension',
      path: `/submit/telemetry/${ID}/idle-daily//23/release/2013`,
      says: `full ${ID} idle-daily|UNKNOWN|23|release|2013`,
    },
    {
      claim: 'a doubled slash in excess makes a part too many',
      path: `/submit/telemetry/${ID}//idle-daily/Firefox/23/release/2013`,
      says: `malformed (parts) ${ID}`,
    },
    {
      claim: 'a trailing slash in place of the build leaves five parts',
      path: `/submit/telemetry/${ID}/idle-daily/Firefox/23/release/`,
      says: `malformed (parts) ${ID}`,
    },
    { claim: 'seven parts are too many', path: `/submit/telemetry/${ID}${full}/more`, says: `malformed (parts) ${ID}` },
    { claim: 'two parts are too few', path: `/submit/telemetry/${ID}/idle-daily`, says: `malformed (parts) ${ID}` },
    {
      claim: '%2F is a slash within a value',
      path: `/submit/telemetry/${ID}/idle-daily/Fire%2Ffox/23/release/2013`,
      says: `full ${ID} idle-daily|Fire/fox|23|release|2013`,
    },
    {
      claim: '%2f in place of all slashes is one part',
      path: `/submit/telemetry/${ID}%2fidle-daily`,
      says: `malformed (document_id) ${ID}/idle-daily`,
    },
    {
      claim: 'percent-encoded UTF-8 is read',
      path: `/submit/telemetry/${ID}/r/F%C3%BCchse/1/beta/2`,
      says: `full ${ID} r|Füchse|1|beta|2`,
    },
    {
      claim: 'so is UTF-8 as it is',
      path: `/submit/telemetry/${ID}/r/F\xc3\xbcchse/1/beta/2`,
      says: `full ${ID} r|Füchse|1|beta|2`,
    },
    {
      claim: 'bytes that are no UTF-8 are malformed',
      path: `/submit/telemetry/${ID}/r/F%FCchse/1/beta/2`,
      says: `malformed (encoding) ${ID}`,
    },
    {
      claim: 'a percent sign without two digits is malformed',
      path: `/submit/telemetry/${ID}/r/100%/1/beta/2`,
      says: `malformed (encoding) ${ID}`,
    },
    {
      claim: 'control characters are malformed',
      path: `/submit/telemetry/${ID}/r/a%00b/1/beta/2`,
      says: `malformed (encoding) ${ID}`,
    },
    {
      claim: 'an encoded line break neither splits nor passes',
      path: `/submit/telemetry/${ID}/r/a/1/beta%0D%0A/2`,
      says: `malformed (encoding) ${ID}`,
    },
    {
      claim: 'encoded twice is decoded once',
      path: `/submit/telemetry/${ID}/r/a%252Fb/1/beta/2`,
      says: `full ${ID} r|a%2Fb|1|beta|2`,
    },
    {
      claim: 'dots are a value, nothing climbs',
      path: `/submit/telemetry/${ID}/../../1/beta/2`,
      says: `full ${ID} ..|..|1|beta|2`,
    },
    {
      claim: 'encoded dots likewise',
      path: `/submit/telemetry/${ID}/%2e%2e/a/1/beta/2`,
      says: `full ${ID} ..|a|1|beta|2`,
    },
    { claim: 'dots in place of an id are malformed', path: '/submit/telemetry/..', says: 'malformed (document_id) ..' },
    {
      claim: 'another id than a UUID names a full submission too',
      path: `/submit/telemetry/Test-1${full}`,
      says: 'full test-1 idle-daily|Firefox|23.0.1|release|20130814063812',
    },
    { claim: 'but alone it is malformed', path: '/submit/telemetry/test-1', says: 'malformed (document_id) test-1' },
    {
      claim: 'a UUID without hyphens is none',
      path: `/submit/telemetry/${ID.replaceAll('-', '')}`,
      says: `malformed (document_id) ${ID.replaceAll('-', '')}`,
    },
    {
      claim: 'braces are no part of a UUID',
      path: `/submit/telemetry/{${ID}}`,
      says: `malformed (document_id) {${ID}}`,
    },
    {
      claim: 'an id of more than 64 characters names nothing',
      path: `/submit/telemetry/${'a'.repeat(65)}${full}`,
      says: 'malformed (document_id)',
    },
    {
      claim: 'blanks can be encoded',
      path: `/submit/telemetry/${ID}/idle%20daily/a+b/1/beta/2`,
      says: `full ${ID} idle daily|a+b|1|beta|2`,
    },
    { claim: 'the prefix alone is elsewhere', path: '/submit/telemetry/', says: 'elsewhere' },
    { claim: 'the prefix and slashes too', path: '/submit/telemetry///', says: 'elsewhere' },
    { claim: 'without its last slash as well', path: '/submit/telemetry', says: 'elsewhere' },
    { claim: 'other services are elsewhere', path: `/submit/health/${ID}`, says: 'elsewhere' },
    { claim: 'the prefix is in lower case', path: `/Submit/Telemetry/${ID}`, says: 'elsewhere' },
    { claim: 'slashes before the prefix count', path: `//submit/telemetry/${ID}`, says: 'elsewhere' },
    { claim: 'a longer word is another path', path: `/submit/telemetry2/${ID}`, says: 'elsewhere' },
    { claim: 'an empty path is elsewhere', path: '', says: 'elsewhere' },
  ])('$claim: $path', ({ path, says }) => {
    expect(summary(path)).toBe(says)
    expect(isSubmissionPath(path)).toBe(says !== 'elsewhere')
  })
})

test.each([
  { target: '/submit/telemetry/a?v=4', path: '/submit/telemetry/a' },
  { target: '/submit/telemetry/a?x=/b?c', path: '/submit/telemetry/a' },
  { target: '/submit/telemetry/a#b', path: '/submit/telemetry/a' },
  { target: 'http://telemetry.example:8080/submit/telemetry/a?v=4', path: '/submit/telemetry/a' },
  { target: 'HTTPS://telemetry.example', path: '' },
  { target: '/submit/http://x/y', path: '/submit/http://x/y' },
  { target: '*', path: '*' },
])('the path of $target is "$path"', ({ target, path }) => expect(pathOfTarget(target)).toBe(path))
