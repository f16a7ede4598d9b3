import { defineConfig } from '@playwright/test'

/** Real Chromium: the one that the test runner found or installed, else Debian's. */
const executablePath = process.env.TIDEWATCH_CHROMIUM ?? '/usr/bin/chromium'

const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]

export default defineConfig({
  testDir: '.',
  testMatch: '**/*.test.ts',
  outputDir: '../../test-results',
  timeout: 60_000,
  // A test that needs a second try has failed; and the pages are drawn by the same two processors that serve them.
  retries: 0,
  workers: 1,
  forbidOnly: process.env.CI !== undefined,
  use: {
    launchOptions: { executablePath, args: QUIET },
    timezoneId: 'Pacific/Chatham',
    screenshot: 'only-on-failure',
  },
})
