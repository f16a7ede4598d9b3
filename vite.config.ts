import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const projectRoot = fileURLToPath(new URL('.', import.meta.url))

/** The dashboard's build and development server, and the test runner's suites. */
export default defineConfig({
  root: 'web',
  build: { outDir: '../dist/web', emptyOutDir: true, target: 'es2022', sourcemap: true, chunkSizeWarningLimit: 1500 },
  server: { host: '127.0.0.1', proxy: { '/api': 'http://127.0.0.1:8081' } },
  test: {
    root: projectRoot,
    projects: [
      {
        root: projectRoot,
        test: {
          name: 'unit',
          include: ['{data,alerts,server,web,bench}/**/*.test.{ts,tsx}'],
          // Long enough to tell a test that hangs from a machine that is busy.
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
        },
      },
      {
        root: projectRoot,
        test: {
          name: 'integration',
          include: ['test/**/*.test.ts'],
          exclude: ['test/browser/**'],
          // Whole services, killed and started again: they wait more than they work, so a few at a time.
          testTimeout: 240_000,
          hookTimeout: 240_000,
          maxWorkers: 3,
        },
      },
    ],
  },
})
