import { describe, expect, test } from 'vitest'
import { checkResults, playwrightResults, suiteResults, summary, vitestResults } from './results.mjs'

const well = { passed: 3, failed: 0, skipped: [], failures: [] }

describe('a suite', () => {
  test.each([
    { claim: 'that passed has passed', reported: well, exitCode: 0, failed: 0 },
    {
      claim: 'with a failed test has failed',
      reported: { ...well, failed: 1, failures: ['x'] },
      exitCode: 1,
      failed: 1,
    },
    { claim: 'that failed outside of any test has failed', reported: well, exitCode: 1, failed: 1 },
    { claim: 'that ran no test has failed', reported: { ...well, passed: 0 }, exitCode: 0, failed: 1 },
    {
      claim: 'that skipped all its tests has failed',
      reported: { ...well, passed: 0, skipped: ['x'] },
      exitCode: 0,
      failed: 1,
    },
    { claim: 'that wrote no report has failed', reported: null, exitCode: 0, failed: 1 },
  ])('$claim', ({ reported, exitCode, failed }) => {
    const results = suiteResults('unit', reported, exitCode)
    expect(results.failed).toBe(failed)
    expect(results.failures).toHaveLength(failed)
  })
})

test("Vitest's report: passed, failed, and by name what was not run", () => {
  const assertionResults = [
    { fullName: 'a is b', status: 'passed' },
    { fullName: 'a is c', status: 'failed' },
    { fullName: 'a is d', status: 'skipped' },
    { fullName: 'a is e', status: 'todo' },
  ]
  expect(vitestResults({ testResults: [{ assertionResults }, { assertionResults: [] }] })).toEqual({
    passed: 1,
    failed: 1,
    skipped: ['a is d', 'a is e'],
    failures: ['a is c'],
  })
})

test("Playwright's report: suites within suites, and a flaky test is a failed one", () => {
  const spec = (title: string, status: string) => ({ title, tests: [{ status }] })
  const inner = { title: 'overview', specs: [spec('is calm', 'expected'), spec('is quick', 'flaky')] }
  const outer = {
    title: 'pages.test.ts',
    suites: [inner],
    specs: [spec('load', 'skipped'), spec('stop', 'unexpected')],
  }
  expect(playwrightResults({ suites: [outer] })).toEqual({
    passed: 1,
    failed: 2,
    skipped: ['pages.test.ts load'],
    failures: ['pages.test.ts stop', 'pages.test.ts overview is quick'],
  })
})

test('the last line sums up all suites; what failed or was skipped stands above it by name', () => {
  const suites = [
    { name: 'lint', results: checkResults('biome', false) },
    { name: 'unit', results: { ...well, skipped: ['needs root'] } },
  ]
  const lines = summary(suites)
  expect(lines).toContain('FAILED   lint: biome')
  expect(lines).toContain('SKIPPED  unit: needs root')
  expect(lines.at(-1)).toBe('3 passed, 1 failed, 1 skipped')
  expect(summary([{ name: 'unit', results: well }]).at(-1)).toBe('3 passed, 0 failed')
})
