import { expect, test } from 'vitest'
import { firstSubmissionCommand } from './first-submission.ts'

test('the command’s body is JSON whose dimensions are those of its path', () => {
  const command = firstSubmissionCommand('http://127.0.0.1:8080', '8cafb733-c86b-4417-b10e-06ab7da6d177')
  const body: unknown = JSON.parse(command.slice(command.indexOf("-d '") + 4, -1))
  expect(body).toMatchObject({ ver: 1, histograms: {}, info: { reason: 'saved-session', appUpdateChannel: 'nightly' } })
  expect(command).toContain(
    '/submit/telemetry/8cafb733-c86b-4417-b10e-06ab7da6d177/saved-session/Firefox/29.0a1/nightly/',
  )
})
