import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const projectRoot = fileURLToPath(new URL('.', import.meta.url))

/**
 * Folders whose tests judge or simulate for long. They run as compiled, which takes a fifth of the time: in sources that the test runner
 * loads itself, each use of an imported name is a look-up.
 */
const COMPUTING = ['alerts', 'server/backtest', 'server/cli', 'server/simulate']
/** Puts another module in the place of one, which only sources allow. */
const REPLACING = 'alerts/shell/failing-hour.test'

/** Take long: begun last, each would run while nothing else is left to do. */
const LONG = [
  'test/crash/exactly-once',
  'test/recovery/rebuild',
  'test/recovery/backup',
  'test/archive/killed-change',
  'test/service/receivers',
  'test/service/stalled',
  'server/simulate/story/judge-story',
  'server/simulate/demo',
  'alerts/email/sender/mail-faults',
  'alerts/judge/judge-hour',
  'alerts/why/explain-hour',
  'alerts/new-normal',
  'data/archive/change-archive',
]

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const place = LONG.findIndex((name) => moduleId.includes(`/${name}.test.`))
      return place < 0 ? LONG.length : place
    }
    return (await super.sort(files)).sort((one, other) => rank(one) - rank(other))
  }
}

const UNIT_TEST = {
  // Long enough to tell a test that hangs from a machine that is busy.
  testTimeout: 60_000,
  hookTimeout: 60_000,
  maxWorkers: 2,
}

/** The dashboard's build and development server, and the test runner's suites. */
export default defineConfig({
  root: 'web',
  // Seen from the page: it may lie under any path of a proxy.
  base: './',
  plugins: [preloadedFonts()],
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    sourcemap: true,
    chunkSizeWarningLimit: 1500,
    // A browser fetches six files at a time: what all pages share is one, and so is what all charts share.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'shared', test: /node_modules[\\/]preact|web[\\/](?:api|design|marks|shell|view|words)[\\/]/ },
            { name: 'echarts', test: /node_modules[\\/](?:echarts|zrender)|web[\\/]charts[\\/]echarts/, priority: 2 },
            // What draws by itself; the library comes with the first chart that needs it.
            { name: 'charts', test: /web[\\/]charts[\\/][^\\/]+$/, priority: 1 },
          ],
        },
      },
    },
  },
  server: { host: '127.0.0.1', proxy: { '/api': 'http://127.0.0.1:8081' } },
  test: {
    root: projectRoot,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        root: projectRoot,
        test: {
          name: 'unit',
          include: ['{data,server,web,bench}/**/*.test.{ts,tsx}', `${REPLACING}.ts`],
          exclude: COMPUTING.filter((folder) => folder !== 'alerts').map((folder) => `${folder}/**`),
          ...UNIT_TEST,
        },
      },
      {
        root: projectRoot,
        test: {
          name: 'unit-compiled',
          include: COMPUTING.flatMap(compiledTests),
          exclude: [`dist/${REPLACING}.js`],
          server: { deps: { external: [/[\\/]dist[\\/]/] } },
          ...UNIT_TEST,
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

/** By the sources, as what was compiled from one that is gone lies there still. */
function compiledTests(folder: string): string[] {
  return readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.test.ts'))
    .map((path) => join('dist', folder, path.replace(/ts$/, 'js')))
}

/** Text is laid out once, in its own letters: fonts that came later than the page would move everything. */
function preloadedFonts(): Plugin {
  return {
    name: 'preloaded-fonts',
    transformIndexHtml: {
      order: 'post',
      handler: (_, { bundle }) =>
        Object.keys(bundle ?? {})
          .filter((name) => /fira-sans-.*\.woff2$/.test(name))
          .map((name) => ({
            tag: 'link',
            attrs: { rel: 'preload', as: 'font', type: 'font/woff2', crossorigin: '', href: `./${name}` },
            injectTo: 'head',
          })),
    },
  }
}
