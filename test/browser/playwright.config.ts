import { defineConfig } from '@playwright/test'

/** `npm test` finds a browser, or installs one, and names it; by hand the usual place of distributions will do. */
const executablePath = process.env.TIDEWATCH_CHROMIUM ?? '/usr/bin/chromium'

export default defineConfig({
  testDir: '.',
  testMatch: '*.browser.ts',
  outputDir: '../../test-results/browser',
  // A page waits about as long as it works.
  workers: 2,
  fullyParallel: false,
  forbidOnly: process.env.CI !== undefined,
  // Only what hangs waits so long: a machine shared with others may stand still for seconds.
  timeout: 60_000,
  expect: { timeout: 20_000 },
  use: {
    viewport: { width: 1440, height: 900 },
    colorScheme: 'light',
    // Far from UTC: a local time that slips onto a page shows.
    timezoneId: 'Pacific/Chatham',
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
      ],
    },
  },
})
