import { defineConfig } from '@playwright/test'

/** `npm test` finds a browser, or installs one, and names it; by hand the usual place of distributions will do. */
const executablePath = process.env.TIDEWATCH_CHROMIUM ?? '/usr/bin/chromium'

/** What looks at the one demo that they share. */
const WITH_DEMO = ['accessible', 'health-pages', 'scenarios', 'why'].map((name) => `**/${name}.browser.ts`)

export default defineConfig({
  testDir: '.',
  globalSetup: './shared-demo.ts',
  // In this order: the demo has told its story by the time that the last pages with answers of the tests' own were looked at.
  projects: [
    { name: 'pages', testMatch: '*.browser.ts', testIgnore: WITH_DEMO },
    { name: 'demo', testMatch: WITH_DEMO },
  ],
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
