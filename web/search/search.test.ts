import { describe, expect, test } from 'vitest'
import type { SubmissionCopy } from '../../server/api/types.ts'
import { testBuild } from '../builds/testing/test-build.ts'
import { becameOf } from './became-of.ts'
import { findings, jumpTarget, type Known } from './findings.ts'
import { wantedOf } from './wanted.ts'

const ID = '6ba7b810-9dad-11d1-80b4-00c04fd430c8'

describe('what is looked for', () => {
  test.each([
    [ID.toUpperCase(), { documentId: ID, debugTag: null }],
    [ID.replaceAll('-', ''), { documentId: ID }],
    [' 12 ', { incident: 12, build: null }],
    ['#12', { incident: 12 }],
    ['incident 12', { incident: 12, debugTag: null }],
    ['20140116030203', { build: '20140116030203', buildDay: null, incident: null, debugTag: '20140116030203' }],
    ['20140116', { build: '20140116', buildDay: Date.UTC(2014, 0, 16) }],
    ['20141316', { build: '20141316', buildDay: null }],
    ['build 20140116030203', { build: '20140116030203' }],
    ['my-tag', { debugTag: 'my-tag', documentId: null, build: null, incident: null }],
    ['two words', { debugTag: null }],
    ['', { text: '', debugTag: null }],
  ])('%j', (q, wanted) => expect(wantedOf(q)).toMatchObject(wanted))
})

const NOTHING: Known = {
  channels: [],
  incidents: [],
  problems: [],
  build: null,
  ofDay: [],
  document: null,
  tagged: null,
}

function copy(given: Partial<SubmissionCopy>): SubmissionCopy {
  return {
    document_id: ID,
    received_at: '2014-01-16T14:00:00Z',
    reason: 'idle-daily',
    app_name: 'Firefox',
    app_version: '29.0a1',
    channel: 'nightly',
    build_id: '20140116030203',
    outcome: 'accepted',
    problem: null,
    problems: [],
    causes: [],
    automation: false,
    bytes: 100,
    recovered_at: null,
    segment: 's',
    frame: 0,
    place: 'archive',
    file: 'archive/part.parquet',
    duplicate_of: null,
    ...given,
  }
}

describe('what is found', () => {
  const names = (q: string, known: Partial<Known>) =>
    findings(wantedOf(q), { ...NOTHING, ...known }).map(({ name }) => name)

  test('a channel by a part of its name, and one that is called so first', () => {
    const channels = ['nightly-try', 'beta', 'nightly']
    expect(names('NIGHTLY', { channels })).toEqual(['nightly', 'nightly-try'])
    expect(jumpTarget(findings(wantedOf('nightly'), { ...NOTHING, channels }))).toMatchObject({ channel: 'nightly' })
    expect(jumpTarget(findings(wantedOf('night'), { ...NOTHING, channels }))).toBeNull()
  })

  test('a problem, spelt as people do', () => {
    expect(names('invalid revision', { problems: ['invalid_revision', 'bad_json'] })).toEqual(['invalid_revision'])
  })

  test('a build on each channel that had it; on several nobody is sent anywhere', () => {
    const series = (channel: string, value: number) => ({
      key: { channel, build: '20140116030203' },
      values: [value, null],
    })
    const build = {
      from: '',
      to: '',
      metric: 'received' as const,
      step: 'week' as const,
      times: [],
      series: [series('nightly', 7), series('beta', 2), series('aurora', 0)],
      coverage: [],
      completeness: [],
    }
    const found = findings(wantedOf('20140116030203'), { ...NOTHING, build })
    expect(found.map(({ view }) => view)).toMatchObject([{ channel: 'nightly' }, { channel: 'beta' }])
    expect(jumpTarget(found)).toBeNull()
    expect(jumpTarget(found.slice(0, 1))).toMatchObject({ page: 'builds', channel: 'nightly', build: '20140116030203' })
  })

  test('the builds of a day by its digits alone; nobody is sent to one of them', () => {
    const ofDay = (channel: string, ...ids: string[]) => ({
      channel,
      from: '',
      to: '',
      ages: [0],
      builds: ids.map((id) => testBuild(id)),
      envelope: null,
      completeness: { complete_hours: 0, partial: [], unknown: [] },
    })
    const known = { ofDay: [ofDay('nightly', '20140117030203', '20140116030203'), ofDay('beta')] }
    expect(names('20140116', known)).toEqual(['20140116030203'])
    expect(jumpTarget(findings(wantedOf('20140116'), { ...NOTHING, ...known }))).toBeNull()
  })

  test('a document once, however often it came; of a tag all documents', () => {
    const document = { submissions: [copy({}), copy({ frame: 1 })], unread_segments: 0 }
    expect(jumpTarget(findings(wantedOf(ID), { ...NOTHING, document }))).toEqual({ page: 'submission', id: ID })
    const tagged = { submissions: [copy({}), copy({ document_id: 'other' })], unread_segments: 0 }
    expect(names('my-tag', { tagged })).toHaveLength(2)
    expect(jumpTarget(findings(wantedOf('my-tag'), { ...NOTHING, tagged }))).toBeNull()
  })

  test('nothing for nothing', () => expect(names('', { channels: ['beta'] })).toEqual([]))
})

describe('what became of a submission', () => {
  test.each([
    { copies: [], says: 'No such submission was received.' },
    { copies: [copy({ outcome: null, place: 'spool' })], says: 'It is received, and waits to be converted.' },
    { copies: [copy({})], says: 'It was accepted.' },
    {
      copies: [copy({ outcome: 'quarantined', problem: 'invalid_revision' })],
      says: 'It waits in quarantine: invalid_revision.',
    },
    {
      copies: [copy({ outcome: 'quarantined', problem: 'invalid_revision', recovered_at: '2014-02-12T18:00:00Z' })],
      says: 'It could not be converted at first: invalid_revision, and was later.',
    },
    {
      copies: [copy({ outcome: 'duplicate', problem: 'none' }), copy({ outcome: 'accepted', problem: 'none' })],
      says: 'It was accepted. It was received 2 times.',
    },
  ] satisfies { copies: SubmissionCopy[]; says: string }[])('$says', ({ copies, says }) =>
    expect(becameOf(copies).sentence).toBe(says),
  )
})
