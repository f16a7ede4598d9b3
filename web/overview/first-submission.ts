/**
 * A complete curl command that sends a small valid submission: without histograms, so that it needs no specification,
 * and for a POSIX shell, whose single quotes the payload doesn't contain.
 */
export function firstSubmissionCommand(receiveUrl: string, documentId: string): string {
  const build = '20140201030204'
  const path = `submit/telemetry/${documentId}/saved-session/Firefox/29.0a1/nightly/${build}`
  const info = {
    reason: 'saved-session',
    appName: 'Firefox',
    appVersion: '29.0a1',
    appUpdateChannel: 'nightly',
    appBuildID: build,
    OS: 'Linux',
  }
  return [
    `curl -i ${receiveUrl}/${path} \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  -d '{"ver": 1, "simpleMeasurements": {"uptime": 42}, "histograms": {},`,
    `       "info": ${JSON.stringify(info)}}'`,
  ].join('\n')
}
