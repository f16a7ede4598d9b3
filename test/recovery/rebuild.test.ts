import { existsSync } from 'node:fs'
import { copyFile, open, readdir, readFile, rm, stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { KeptService } from './kept-service.ts'

/** Real services that lose their database, in every way that a disk or a person has of losing one. */
let service: KeptService
let database: string
beforeEach(async () => {
  service = await KeptService.create()
  database = join(service.state, 'tidewatch.duckdb')
})
afterEach(() => service.remove())

/** Archived, and then more that is only counted; `kill -9` in the end. Answers what people saw before. */
async function keepAndKill() {
  await service.start()
  await service.sendSome()
  await service.settled()
  await service.stop()
  await service.start()
  await service.sendSome()
  await service.settled()
  const answers = await service.answers()
  expect(JSON.stringify(answers)).toMatch(/"saved-session".*"open"/)
  const mails = await mailFiles()
  expect(mails.length).toBeGreaterThan(0)
  await service.kill()
  return { answers, mails }
}

const mailFiles = () => readdir(join(service.state, 'mail'))

async function expectAsBefore({ answers, mails }: Awaited<ReturnType<typeof keepAndKill>>): Promise<void> {
  await service.start()
  await service.settled()
  expect(await service.answers()).toEqual(answers)
  expect(await mailFiles()).toEqual(mails)
  await service.stop()
  expect(existsSync(join(service.state, 'unknown'))).toBe(false)
  expect(await service.run('archive', 'verify')).toMatchObject({ code: 0 })
}

test('a database that is gone is made anew: counts, incidents and mails are as they were, and nothing was moved meanwhile', async () => {
  const before = await keepAndKill()
  await rm(database)
  await rm(`${database}.wal`, { force: true })
  for (const time of ['first', 'second']) {
    expect(await service.refusal(), time).toContain('run "tidewatch rebuild"')
  }
  const rebuilt = await service.run('rebuild')
  expect(rebuilt).toMatchObject({ code: 0 })
  expect(rebuilt.out).toContain('made anew')
  expect(rebuilt.out).toContain('Imported counts are in it')
  expect((await service.run('rebuild')).out).toContain('nothing was done')
  await expectAsBefore(before)
})

test('a damaged database is noticed at start, whatever of it is damaged, set aside, and made anew', async () => {
  const before = await keepAndKill()
  const { size } = await stat(database)
  const file = await open(database, 'r+')
  await file.write(Buffer.alloc(size - 12_288, 0x5a), 0, size - 12_288, 12_288)
  await file.close()
  const refusal = await service.refusal()
  expect(refusal).toMatch(/is damaged, and was set aside in damaged\/\S+: run "tidewatch rebuild"/)
  const [aside = ''] = await readdir(join(service.state, 'damaged'))
  expect(await readdir(join(service.state, 'damaged', aside))).toContain('tidewatch.duckdb')
  expect(await service.refusal()).toContain('is gone')
  expect(await service.run('rebuild')).toMatchObject({ code: 0 })
  await expectAsBefore(before)
})

test('a log that the disk cut short: what is missing comes from the journal and what waits to be archived, without a word to say', async () => {
  const before = await keepAndKill()
  expect((await stat(`${database}.wal`)).size).toBeGreaterThan(0)
  await truncate(`${database}.wal`, 0)
  await expectAsBefore(before)
})

test('an older copy of the database is refused, and made anew', async () => {
  await service.start()
  await service.sendSome()
  await service.settled()
  await service.stop()
  await copyFile(database, join(service.state, 'older'))
  const before = await keepAndKill()
  await copyFile(join(service.state, 'older'), database)
  await rm(`${database}.wal`, { force: true })
  expect(await service.refusal()).toMatch(/is older than the journal beside it: .*run "tidewatch rebuild"/)
  expect(await service.run('rebuild')).toMatchObject({ code: 0 })
  await expectAsBefore(before)
})

test('no rebuild beside a running service; --help says what it takes', async () => {
  await service.start()
  const refused = await service.run('rebuild')
  expect(refused).toMatchObject({ code: 1, out: '' })
  expect(refused.err).toContain('stop it')
  expect((await service.run('rebuild', '--help')).out).toContain('The service must be stopped')
  expect((await readFile(database)).length).toBeGreaterThan(0)
})
