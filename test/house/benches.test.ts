import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'

const run = promisify(execFile)

/** Name and compiled file of each `npm run bench:NAME`. */
const BENCHES = Object.entries(
  z.object({ scripts: z.record(z.string(), z.string()) }).parse(JSON.parse(readFileSync('package.json', 'utf8')))
    .scripts,
).flatMap(([script, command]) => {
  const [, file] = / program (bench\/.*\.js)$/.exec(command) ?? []
  return file === undefined ? [] : [[script.slice('bench:'.length), `dist/${file}`] as const]
})

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const Failed = z.object({ code: z.number(), stdout: z.string(), stderr: z.string() })

async function bench(file: string, ...words: string[]): Promise<Ended> {
  try {
    return { code: 0, ...(await run(process.execPath, [file, ...words])) }
  } catch (error) {
    return Failed.parse(error)
  }
}

test('there are benchmarks', () => expect(BENCHES.length).toBeGreaterThan(8))

describe.each(BENCHES)('bench:%s', (name, file) => {
  test('--help tells what it does, its options and its goals, and measures nothing', async () => {
    const { code, stdout, stderr } = await bench(file, '--help')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain(`Usage: npm run bench:${name} -- [OPTION…]\n`)
    expect(stdout).toMatch(/\n {2}--help +Shows this\./)
    expect(stdout).toMatch(/\nGoals:\n {2}\w+ +at (least|most) [\d.]+: /)
  })

  test('what it has no option for is refused with a sentence', async () => {
    const { code, stdout, stderr } = await bench(file, '--nonsense')
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toBe(`--nonsense is no option of this command\nnpm run bench:${name} -- --help tells more.\n`)
  })
})

test.each([
  { file: 'judge', words: ['--world', 'atlantis'], says: '--world is "atlantis": use part of five channels | ' },
  { file: 'judge', words: ['--only', 'some'], says: '--only is "some": use events or quiet' },
  { file: 'judge', words: ['--seeds', '1.5'], says: '--seeds is "1.5": use a whole number from 1' },
  { file: 'judge', words: ['--sum', 'none.json'], says: '--sum is "none.json", which isn\'t what --json keeps' },
  { file: 'judge-speed', words: ['--shape', 'round'], says: '--shape is "round": use part of ' },
  { file: 'ids', words: ['--ids', 'many'], says: '--ids is "many": use a whole number from 1000' },
  { file: 'web', words: ['--updates', '5'], says: '--updates is "5": use a whole number from 120' },
  { file: 'story', words: ['--first'], says: '--first needs a value: --first N' },
  { file: 'convert', words: ['--quick=no'], says: '--quick takes no value' },
])('bench:$file $words is refused', async ({ file, words, says }) => {
  const { code, stderr } = await bench(`dist/bench/${file}.js`, ...words)
  expect(code).toBe(2)
  expect(stderr).toContain(says)
})

test('bench:judge --list lists the worlds and judges nothing', async () => {
  const { code, stdout, stderr } = await bench('dist/bench/judge.js', '--list')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/^world +regions +channels/)
  expect(stdout).toMatch(/^one channel +\d +main \(4000\)$/m)
  expect(stdout).not.toContain('"bench"')
})
