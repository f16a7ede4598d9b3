// @ts-check

/**
 * What a suite's tests came to. `skipped` and `failures` hold names; `failed` may be more than the failures named.
 * @typedef {{ passed: number, failed: number, skipped: string[], failures: string[] }} Results
 */

/**
 * A check that is one program's verdict.
 * @param {string} name
 * @param {boolean} isGood
 * @returns {Results}
 */
export function checkResults(name, isGood) {
  return isGood
    ? { passed: 1, failed: 0, skipped: [], failures: [] }
    : { passed: 0, failed: 1, skipped: [], failures: [name] }
}

/**
 * Holds a suite's report against its exit code: a run that failed without a failed test (a file that can't be loaded, an
 * error outside of any test), or that ran nothing at all, is a failure too.
 * @param {string} suite
 * @param {Results | null} reported null: no report was written
 * @param {number} exitCode
 * @returns {Results}
 */
export function suiteResults(suite, reported, exitCode) {
  const results = reported ?? { passed: 0, failed: 0, skipped: [], failures: [] }
  if (results.failed > 0) return results
  if (exitCode !== 0) return withFailure(results, `${suite}: exit code ${exitCode} without a failed test`)
  if (results.passed === 0) return withFailure(results, `${suite}: no test was run`)
  return results
}

/** @param {Results} results @param {string} failure @returns {Results} */
function withFailure(results, failure) {
  return { ...results, failed: results.failed + 1, failures: [...results.failures, failure] }
}

/**
 * @typedef {{ fullName: string, status: string }} VitestTest
 * @typedef {{ testResults: { assertionResults: VitestTest[] }[] }} VitestReport
 * @param {VitestReport} report of Vitest's JSON reporter
 * @returns {Results}
 */
export function vitestResults(report) {
  const tests = report.testResults.flatMap((file) => file.assertionResults)
  return resultsOf(
    tests.map(({ fullName, status }) => ({
      name: fullName,
      verdict: status === 'passed' || status === 'failed' ? status : 'skipped',
    })),
  )
}

/**
 * @typedef {{ title: string, tests: { status: string }[] }} PlaywrightSpec
 * @typedef {{ title: string, specs?: PlaywrightSpec[], suites?: PlaywrightSuite[] }} PlaywrightSuite
 * @param {{ suites: PlaywrightSuite[] }} report of Playwright's JSON reporter
 * @returns {Results}
 */
export function playwrightResults(report) {
  // A flaky test is one that failed: no test may need a second try.
  /** @type {Record<string, 'passed' | 'skipped'>} */
  const verdicts = { expected: 'passed', skipped: 'skipped' }
  return resultsOf(
    report.suites
      .flatMap((suite) => specsOf(suite, ''))
      .flatMap(({ name, spec }) => spec.tests.map(({ status }) => ({ name, verdict: verdicts[status] ?? 'failed' }))),
  )
}

/**
 * @param {PlaywrightSuite} suite
 * @param {string} prefix
 * @returns {{ name: string, spec: PlaywrightSpec }[]}
 */
function specsOf(suite, prefix) {
  const path = `${prefix}${suite.title} `
  return [
    ...(suite.specs ?? []).map((spec) => ({ name: path + spec.title, spec })),
    ...(suite.suites ?? []).flatMap((inner) => specsOf(inner, path)),
  ]
}

/** @param {readonly { name: string, verdict: 'passed' | 'failed' | 'skipped' }[]} tests @returns {Results} */
function resultsOf(tests) {
  /** @param {string} verdict */
  const namesOf = (verdict) => tests.filter((test) => test.verdict === verdict).map(({ name }) => name)
  const failures = namesOf('failed')
  return { passed: namesOf('passed').length, failed: failures.length, skipped: namesOf('skipped'), failures }
}

/**
 * The closing lines: each suite's numbers, the name of everything that failed or was skipped, and last the sum.
 * @param {readonly { name: string, results: Results }[]} suites
 * @returns {string[]}
 */
export function summary(suites) {
  /** @param {(results: Results) => number} count */
  const sum = (count) => suites.reduce((total, { results }) => total + count(results), 0)
  const skipped = sum((results) => results.skipped.length)
  return [
    ...suites.map(
      ({ name, results }) => `${name.padEnd(24)} ${totals(results.passed, results.failed, results.skipped.length)}`,
    ),
    ...suites.flatMap(({ name, results }) => results.skipped.map((test) => `SKIPPED  ${name}: ${test}`)),
    ...suites.flatMap(({ name, results }) => results.failures.map((test) => `FAILED   ${name}: ${test}`)),
    totals(
      sum((results) => results.passed),
      sum((results) => results.failed),
      skipped,
    ),
  ]
}

/** @param {number} passed @param {number} failed @param {number} skipped */
function totals(passed, failed, skipped) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}
