import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

/**
 * A checkout with our set-up, a program of one file and one page. In npm's place stands a script that notes its calls
 * and links our own packages: the real npm would ask the network.
 */
let checkout: string

const PROGRAM = `import { greeting } from './greeting.ts'
process.on('SIGTERM', () => process.exit(7))
process.on('SIGINT', () => {})
console.log(greeting, ...process.argv.slice(2))
if (process.argv[2] === 'wait') setInterval(() => {}, 1000)
else process.exitCode = 5
`

const NPM = `const { appendFileSync, mkdirSync, rmSync, symlinkSync } = require('node:fs')
appendFileSync('npm-calls', process.argv.slice(2).join(' ') + '\\n')
rmSync('node_modules', { recursive: true, force: true })
mkdirSync('node_modules')
for (const name of ['typescript', 'vite', '@types']) symlinkSync('${process.cwd()}/node_modules/' + name, 'node_modules/' + name)
`

beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'tidewatch-setup-'))
  for (const path of ['server/setup', '.npmrc']) cpSync(path, join(checkout, path), { recursive: true })
  rmSync(join(checkout, 'server/setup/tsconfig.json'))
  const root = JSON.parse(readFileSync('tsconfig.json', 'utf8'))
  write('tsconfig.json', JSON.stringify({ ...root, references: [{ path: 'server' }] }))
  write(
    'server/tsconfig.json',
    JSON.stringify({ ...JSON.parse(readFileSync('server/tsconfig.json', 'utf8')), references: [] }),
  )
  write('package.json', JSON.stringify({ name: 'checkout', type: 'module' }))
  write('package-lock.json', '{}')
  write('npm-cli.cjs', NPM)
  write('vite.config.ts', "export default { root: 'web', build: { outDir: '../dist/web', emptyOutDir: true } }\n")
  write('web/index.html', '<!doctype html><title>One</title>\n')
  write('server/cli/main.ts', PROGRAM)
  write('server/cli/greeting.ts', "export const greeting: string = 'ahoy'\n")
})
afterEach(() => rmSync(checkout, { recursive: true, maxRetries: 3 }))

describe('the set-up', () => {
  test('installs and builds, then runs the program with its arguments, its output and its exit code', async () => {
    const { exitCode, stdout, stderr } = await run('say', '--loud')
    expect({ exitCode, stdout }).toEqual({ exitCode: 5, stdout: 'ahoy say --loud\n' })
    expect(stderr).toContain('Installing')
    expect(npmCalls()).toEqual(['ci --include=dev --loglevel=error'])
    expect(existsSync(join(checkout, 'dist/web/index.html'))).toBe(true)
  })

  test('does nothing twice, and says nothing then', async () => {
    await run()
    expect(await run('again')).toEqual({ exitCode: 5, stdout: 'ahoy again\n', stderr: '' })
    expect(npmCalls()).toHaveLength(1)
  })

  test('compiles again what was changed, without building the pages or installing', async () => {
    await run()
    write('server/cli/greeting.ts', "export const greeting = 'hello'\n")
    const { stdout, stderr } = await run()
    expect(stdout).toBe('hello\n')
    expect(stderr).toBe('Compiling …\n')
  })

  test('builds the pages again when they were changed', async () => {
    await run()
    write('web/index.html', '<!doctype html><title>Two</title>\n')
    await run()
    expect(readFileSync(join(checkout, 'dist/web/index.html'), 'utf8')).toContain('Two')
  })

  test('installs again when the lockfile was changed', async () => {
    await run()
    write('package-lock.json', '{ }')
    await run()
    expect(npmCalls()).toHaveLength(2)
  })

  test('removes what was compiled from a source that is gone', async () => {
    write('server/cli/old.ts', 'export const old = 1\n')
    await run()
    expect(existsSync(join(checkout, 'dist/server/cli/old.js'))).toBe(true)
    rmSync(join(checkout, 'server/cli/old.ts'))
    await run()
    expect(existsSync(join(checkout, 'dist/server/cli/old.js'))).toBe(false)
    expect(existsSync(join(checkout, 'dist/server/cli/greeting.js'))).toBe(true)
  })

  test('builds anew where the compiled files were removed', async () => {
    await run()
    rmSync(join(checkout, 'dist/server'), { recursive: true })
    expect(await run()).toMatchObject({ exitCode: 5, stdout: 'ahoy\n' })
  })

  test('stops at a type error, and goes on once it is mended', async () => {
    write('server/cli/greeting.ts', 'export const greeting: string = 1\n')
    const { exitCode, stdout, stderr } = await run()
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    expect(stderr).toContain('greeting.ts')
    expect(await run()).toMatchObject({ exitCode: 1 })
    write('server/cli/greeting.ts', "export const greeting = 'mended'\n")
    expect(await run()).toMatchObject({ exitCode: 5, stdout: 'mended\n' })
  })

  test('is done by one of several that start at once; the others wait', async () => {
    const results = await Promise.all([run('a'), run('b'), run('c')])
    expect(results.map(({ stdout }) => stdout)).toEqual(['ahoy a\n', 'ahoy b\n', 'ahoy c\n'])
    expect(npmCalls()).toHaveLength(1)
  })

  test('goes on where another one was killed in the middle', async () => {
    const dead = spawn(process.execPath, ['-e', ''])
    await once(dead, 'exit')
    write('.setup.lock', `${dead.pid} 1 1`)
    expect(await Promise.all([run('a'), run('b')])).toMatchObject([{ exitCode: 5 }, { exitCode: 5 }])
    expect(existsSync(join(checkout, '.setup.lock'))).toBe(false)
  })

  test("leaves SIGTERM and Ctrl-C to the program, and hands on the program's exit code", async () => {
    const { child, finished, isRunning } = start(['wait'])
    await isRunning
    child.kill('SIGINT')
    await sleep(100)
    expect(child.exitCode).toBeNull()
    child.kill('SIGTERM')
    expect((await finished).exitCode).toBe(7)
  })

  test('stops the program when npm was killed', async () => {
    await run()
    const script = `${process.execPath} server/setup/main.cjs program server/cli/main.js wait; true`
    const env = { ...process.env, npm_lifecycle_event: 'start' }
    const shell = spawn('sh', ['-c', script], { cwd: checkout, env, stdio: ['ignore', 'pipe', 'ignore'] })
    await once(shell.stdout, 'data')
    shell.kill('SIGKILL')
    // Its output ends when the last process that could write to it is gone.
    await once(shell.stdout.resume(), 'end')
  })
})

describe('an old Node.js', () => {
  test.each(['0.10.48', '12.22.12', '18.20.4', '20.18.3'])('%s is turned away in one sentence', async (old) => {
    write('old.cjs', `Object.defineProperty(process, 'versions', { value: { node: '${old}' } })`)
    const { exitCode, stdout, stderr } = await start(['x'], ['--require', './old.cjs']).finished
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    expect(stderr).toMatch(new RegExp(`^Tidewatch needs Node\\.js 20\\.19 or newer, and this is ${old} .*\\n$`))
    expect(existsSync(join(checkout, 'node_modules'))).toBe(false)
  })

  test.each(['20.19.0', '22.0.0', '24.21.0'])('%s is none', async (good) => {
    write(
      'old.cjs',
      `const v = process.versions; Object.defineProperty(process, 'versions', { value: { ...v, node: '${good}' } })`,
    )
    expect(await start(['x'], ['--require', './old.cjs']).finished).toMatchObject({ exitCode: 5 })
  })

  test('is what package.json says', () => {
    expect(JSON.parse(readFileSync('package.json', 'utf8')).engines.node).toBe('>=20.19')
  })
})

interface Finished {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

function run(...args: string[]): Promise<Finished> {
  return start(args).finished
}

/** Starts the set-up and then the program with `args`, as npm does; `isRunning` once the program has said something. */
function start(args: readonly string[], nodeOptions: readonly string[] = []) {
  const child = spawn(
    process.execPath,
    [...nodeOptions, 'server/setup/main.cjs', 'program', 'server/cli/main.js', ...args],
    {
      cwd: checkout,
      env: { ...process.env, npm_execpath: join(checkout, 'npm-cli.cjs') },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text
  })
  const finished = once(child, 'close').then((): Finished => ({ exitCode: child.exitCode, ...output }))
  return { child, finished, isRunning: once(child.stdout, 'data') }
}

function npmCalls(): string[] {
  return readFileSync(join(checkout, 'npm-calls'), 'utf8').trim().split('\n')
}

function write(file: string, content: string): void {
  mkdirSync(dirname(join(checkout, file)), { recursive: true })
  writeFileSync(join(checkout, file), content)
}
