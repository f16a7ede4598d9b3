import { expect, test } from 'vitest'
import { gatheredHours, stepsOf } from './gather-hours.ts'

const bytes = (text: string) => [new TextEncoder().encode(text)]

async function gathered(text: string): Promise<string> {
  const steps = await stepsOf(bytes(text))
  if (steps === null) return text
  let all = ''
  for await (const chunk of gatheredHours(bytes(text), steps)) all += new TextDecoder().decode(chunk)
  return all
}

const minutes = async (text: string) => ((await stepsOf(bytes(text)))?.stepMs ?? 0) / 60_000

test('whole hours are left as they are', async () => {
  expect(
    await stepsOf(bytes('hour,channel,submissions\n2014-01-16T14:00Z,nightly,4\n2014-01-16 15:00,nightly,4\n')),
  ).toBeNull()
  expect(await stepsOf(bytes('hour,channel,submissions\n'))).toBeNull()
})

test('rows by the day are refused: of hours that nobody listened in nothing could be said', async () => {
  const days = Array.from({ length: 12 }, (_, day) => `2014-01-${String(day + 1).padStart(2, '0')}T00:00Z,nightly,4`)
  await expect(stepsOf(bytes(`hour,channel,submissions\n${days.join('\n')}\n`))).rejects.toThrow('24 hours apart')
})

test('shorter steps stand in the hour that they belong to, which was listened to for those that are there', async () => {
  const text = `channel,hour,submissions
nightly,2014-01-16T14:00:00Z,4
beta,2014-01-16T14:00:00Z,9
nightly,2014-01-16T14:30:00Z,5
nightly,2014-01-16T15:30:00Z,6
`
  expect(await minutes(text)).toBe(30)
  expect(await gathered(text)).toBe(`channel,hour,submissions,coverage
nightly,2014-01-16T14:00:00Z,4,1
beta,2014-01-16T14:00:00Z,9,1
nightly,2014-01-16T14:00:00Z,5,1
nightly,2014-01-16T15:00:00Z,6,0.5
`)
})

test('steps that were listened to in part count for that part', async () => {
  const text = 'hour,channel,submissions,coverage\n2014-01-16T14:00Z,nightly,4,1\n2014-01-16T14:30Z,nightly,4,0.5\n'
  expect(await gathered(text)).toMatch(/nightly,4,0\.75\n.*nightly,4,0\.75\n$/)
})

test('steps may begin at any minute', async () => {
  expect(await minutes('hour,channel,submissions\n2014-01-16T14:07Z,n,1\n2014-01-16T14:12Z,n,1\n')).toBe(5)
})

test('rows keep their lines and their quotes, and what is no time is left to whoever reads the counts', async () => {
  const text = 'hour,channel,submissions\n\n2014-01-16T14:05Z,"a,""b",1\n\n\nsoon,n,1\n2014-01-16T14:10Z,n,1\n'
  expect((await gathered(text)).split('\n')).toEqual([
    'hour,channel,submissions,coverage',
    '',
    `2014-01-16T14:00:00Z,"a,""b",1,${2 / 12}`,
    '',
    '',
    'soon,n,1,1',
    `2014-01-16T14:00:00Z,n,1,${2 / 12}`,
    '',
  ])
})

test('an hour that is no multiple of the step is refused', async () => {
  const text = 'hour,channel,submissions\n2014-01-16T14:00Z,n,1\n2014-01-16T14:07Z,n,1\n'
  await expect(stepsOf(bytes(text))).rejects.toThrow('the rows are 7 minutes apart')
})
