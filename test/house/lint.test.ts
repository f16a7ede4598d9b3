import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'

const biomeReport = z.object({ diagnostics: z.array(z.object({ category: z.string() })) })
const named = z.array(z.object({ name: z.string() }))
const knipReport = z.object({ issues: z.array(z.object({ files: named, exports: named })) })

/** A checkout with our rules and nothing in it but what a test writes. */
let checkout: string

beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'tidewatch-lint-'))
  for (const file of ['biome.json', 'package.json', 'knip.json', '.gitignore']) cpSync(file, join(checkout, file))
})
afterEach(() => rmSync(checkout, { recursive: true }))

describe('lint lets pass', () => {
  test.each([
    { who: 'alerts/ imports data/', file: 'alerts/a.ts', from: '../data/x.ts' },
    { who: 'server/ imports data/', file: 'server/api/a.ts', from: '../../data/x.ts' },
    { who: 'server/ imports alerts/', file: 'server/api/a.ts', from: '../../alerts/x.ts' },
    { who: 'data/ imports DuckDB', file: 'data/counts/a.ts', from: '@duckdb/node-api' },
    { who: 'a test imports a test helper', file: 'server/a.test.ts', from: '../test/support/x.ts' },
    { who: 'a benchmark imports the server', file: 'bench/a.ts', from: '../server/x.ts' },
  ])('$who', ({ file, from }) => {
    write(file, `import { x } from '${from}'\n\nx()\n`)
    expect(biome()).toEqual({ exitCode: 0, rules: [] })
  })

  test('web/ imports the types of the API', () => {
    write('web/a.ts', "import type { X } from '../server/api/types.ts'\n\nexport const a: X = 1\n")
    expect(biome()).toEqual({ exitCode: 0, rules: [] })
  })
})

describe('lint stops', () => {
  test.each([
    { who: 'data/ imports alerts/', file: 'data/counts/a.ts', from: '../../alerts/x.ts' },
    { who: 'data/ imports server/', file: 'data/a.ts', from: '../server/x.ts' },
    { who: 'data/ imports web/', file: 'data/a.ts', from: '../web/x.ts' },
    { who: 'alerts/ imports server/', file: 'alerts/email/a.ts', from: '../../server/log.ts' },
    { who: 'alerts/ imports web/', file: 'alerts/a.ts', from: '../web/x.ts' },
    { who: 'server/ imports web/', file: 'server/api/a.ts', from: '../../web/x.ts' },
    { who: 'web/ imports data/', file: 'web/a.ts', from: '../data/x.ts' },
    { who: 'web/ imports alerts/', file: 'web/charts/a.ts', from: '../../alerts/x.ts' },
    { who: 'web/ imports more of the server', file: 'web/a.ts', from: '../server/api/app.ts' },
    { who: 'web/ imports Node.js', file: 'web/a.ts', from: 'node:fs' },
    { who: 'data/ imports a test', file: 'data/a.ts', from: '../test/support/x.ts' },
    { who: 'server/ imports a benchmark', file: 'server/a.ts', from: '../bench/x.ts' },
    { who: 'server/ imports DuckDB', file: 'server/a.ts', from: '@duckdb/node-api' },
    { who: 'alerts/ imports DuckDB', file: 'alerts/a.ts', from: '@duckdb/node-api' },
    { who: 'web/ imports DuckDB', file: 'web/a.ts', from: '@duckdb/node-api' },
  ])('$who', ({ file, from }) => {
    const statements = [
      `import { x } from '${from}'`,
      `import type { Y } from '${from}'`,
      `export { z } from '${from}'`,
      `export const later = (): Y => import('${from}').then(x)`,
    ]
    write(file, statements.join('\n'))
    const broken = biome().rules.filter((rule) => rule === 'lint/style/noRestrictedImports')
    expect(broken).toHaveLength(statements.length)
  })

  test('a circle of imports', () => {
    write('data/a.ts', "import { b } from './b.ts'\n\nexport const a = () => b\n")
    write('data/b.ts', "import { c } from './c.ts'\n\nexport const b = () => c\n")
    write('data/c.ts', "import { a } from './a.ts'\n\nexport const c = () => a\n")
    expect(biome()).toEqual({ exitCode: 1, rules: Array(3).fill('lint/suspicious/noImportCycles') })
  })

  test.each([
    { what: 'any', code: 'export const a: any = 1\n', rule: 'lint/suspicious/noExplicitAny' },
    { what: 'a default export', code: 'export default 1\n', rule: 'lint/style/noDefaultExport' },
    {
      what: 'an import without its ending',
      code: "export * from './b'\n",
      rule: 'lint/correctness/useImportExtensions',
    },
    {
      what: 'a promise that nobody waits for',
      code: 'async function a() {}\na()\n',
      rule: 'lint/nursery/noFloatingPromises',
    },
    {
      what: 'a package that is not ours',
      code: "export * from 'lodash'\n",
      rule: 'lint/correctness/noUndeclaredDependencies',
    },
    { what: 'other formatting', code: 'export const a = "1";\n', rule: 'format' },
  ])('$what', ({ code, rule }) => {
    write('data/b.ts', 'export const b = 1\n')
    write('data/a.ts', code)
    const { exitCode, rules } = biome()
    expect(exitCode).toBe(1)
    expect(rules).toContain(rule)
  })
})

describe('knip', () => {
  beforeEach(() => {
    write('server/cli/main.ts', "import { used } from '../../data/used.ts'\n\nused()\n")
    write('data/used.ts', 'export const used = () => {}\n')
  })

  test('lets pass what is used', () => {
    expect(knip()).toEqual({ exitCode: 0, files: [], exports: [] })
  })

  test('stops a file that nobody imports', () => {
    write('data/dead.ts', 'export const dead = 1\n')
    expect(knip()).toMatchObject({ exitCode: 1, files: ['data/dead.ts'] })
  })

  test('stops an export that nobody imports', () => {
    write('data/used.ts', 'export const used = () => {}\nexport const dead = 1\n')
    expect(knip()).toMatchObject({ exitCode: 1, exports: ['dead'] })
  })

  test('lets pass an export that only a test imports', () => {
    write('data/used.ts', 'export const used = () => {}\nexport const tested = 1\n')
    write('data/used.test.ts', "import { tested } from './used.ts'\n\ntested\n")
    expect(knip()).toMatchObject({ exports: [] })
  })
})

test("the API's types hold no values: importing them puts nothing into the pages", async () => {
  expect(Object.keys(await import('../../server/api/types.ts'))).toEqual([])
})

function write(file: string, content: string): void {
  mkdirSync(dirname(join(checkout, file)), { recursive: true })
  writeFileSync(join(checkout, file), content)
}

/** The names of all rules that are broken; `format` for formatting. */
function biome(): { exitCode: number | null; rules: string[] } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      resolved('@biomejs/biome/bin/biome'),
      'ci',
      '--error-on-warnings',
      '--reporter=json',
      '--colors=off',
      '--vcs-enabled=false',
    ],
    { cwd: checkout, encoding: 'utf8' },
  )
  if (stdout === '') throw new Error(stderr)
  const { diagnostics } = biomeReport.parse(JSON.parse(stdout))
  return { exitCode: status, rules: diagnostics.map(({ category }) => category) }
}

function knip(): { exitCode: number | null; files: string[]; exports: string[] } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [resolved('knip/bin/knip.js'), '--reporter=json', '--include=files,exports,types', '--no-config-hints'],
    { cwd: checkout, encoding: 'utf8' },
  )
  if (stdout === '') throw new Error(stderr)
  const { issues } = knipReport.parse(JSON.parse(stdout))
  const names = (kind: 'files' | 'exports') => issues.flatMap((issue) => issue[kind].map(({ name }) => name))
  return { exitCode: status, files: names('files'), exports: names('exports') }
}

function resolved(file: string): string {
  return join(process.cwd(), 'node_modules', file)
}
