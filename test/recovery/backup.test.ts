import { existsSync } from 'node:fs'
import { appendFile, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { KeptService } from './kept-service.ts'

/** Real services that are backed up while they run, and restored. */
let service: KeptService
let backup: string
beforeEach(async () => {
  service = await KeptService.create()
  backup = `${service.state}-backup`
})
afterEach(async () => {
  await service.remove()
  await rm(backup, { recursive: true, force: true })
})

/** Some is archived, some waits for its part; backed up beside it; and then more comes. Answers what people saw at the backup. */
async function backUpAndGoOn() {
  await service.start()
  await service.sendSome()
  await service.settled()
  await service.stop()
  await service.start()
  await service.sendSome()
  await service.settled()
  const answers = await service.answers()
  const made = await service.run('backup', backup)
  expect(made).toMatchObject({ code: 0, err: '' })
  expect(made.out).toContain('verified')
  await service.sendSome()
  await service.settled()
  expect(await service.answers()).not.toEqual(answers)
  return answers
}

test('a backup of a running service is restored: all is as it was then, copies are told, and what was there is kept', async () => {
  const answers = await backUpAndGoOn()
  expect((await service.run('restore', backup)).err).toContain('stop it')
  await service.kill()
  const restored = await service.run('restore', backup)
  expect(restored).toMatchObject({ code: 0, err: '' })
  expect(restored.out).toContain('is as it was at')
  const [aside = ''] = await readdir(join(service.state, 'before'))
  expect(await readdir(join(service.state, 'before', aside))).toEqual(
    expect.arrayContaining(['archive', 'journal', 'tidewatch.duckdb']),
  )
  await service.start()
  await service.settled()
  expect(await service.answers()).toEqual(answers)
  await service.sendCopy()
  await service.settled()
  expect(await service.answers()).toEqual(answers)
  await service.stop()
  expect(await service.run('archive', 'verify')).toMatchObject({ code: 0 })
  expect(await service.run('recount', '--since', '2013-01-01')).toMatchObject({ code: 0 })
  expect(await service.run('rebuild')).toMatchObject({ code: 0, out: expect.stringContaining('nothing was done') })
})

test('without a service, too; onto a machine that has nothing', async () => {
  const answers = await backUpAndGoOn()
  await service.kill()
  await rm(service.state, { recursive: true })
  expect(await service.run('restore', backup)).toMatchObject({ code: 0 })
  expect(existsSync(join(service.state, 'before'))).toBe(true)
  const again = `${backup}-again`
  try {
    expect(await service.run('backup', again)).toMatchObject({ code: 0 })
    await rm(service.state, { recursive: true })
    expect(await service.run('restore', again)).toMatchObject({ code: 0 })
  } finally {
    await rm(again, { recursive: true, force: true })
  }
  await service.start()
  await service.settled()
  expect(await service.answers()).toEqual(answers)
  await service.stop()
})

test('what is no whole backup is refused before anything changes, and so is a folder that is taken', async () => {
  await service.start()
  await service.sendSome()
  await service.settled()
  await mkdir(backup)
  await writeFile(join(backup, 'mine'), 'x')
  expect((await service.run('backup', backup)).err).toContain('is not empty')
  expect((await service.run('backup', join(backup, 'no', 'where'))).err).toContain('is no folder')
  await rm(backup, { recursive: true })
  expect(await service.run('backup', backup)).toMatchObject({ code: 0 })
  await service.stop()
  const before = await stat(join(service.state, 'tidewatch.duckdb'))
  const [journal = ''] = await readdir(join(backup, 'journal'))
  for (const damage of [
    { file: 'tidewatch.duckdb', does: () => appendFile(join(backup, 'tidewatch.duckdb'), 'x'), says: 'bytes' },
    {
      file: 'journal',
      does: () => writeFile(join(backup, 'journal', journal), ''),
      says: `journal/${journal} has 0 bytes`,
    },
    { file: 'backup.json', does: () => rm(join(backup, 'backup.json')), says: 'no backup.json' },
  ]) {
    await damage.does()
    const refused = await service.run('restore', backup)
    expect(refused, damage.file).toMatchObject({ code: 1, out: '' })
    expect(refused.err).toContain('restored')
  }
  expect(existsSync(join(service.state, 'before'))).toBe(false)
  expect((await stat(join(service.state, 'tidewatch.duckdb'))).ino).toBe(before.ino)
})

test('a restore that was killed in the middle is told at start, and done by the same command', async () => {
  await service.start()
  await service.sendSome()
  await service.settled()
  const answers = await service.answers()
  expect(await service.run('backup', backup)).toMatchObject({ code: 0 })
  await service.stop()
  await mkdir(join(service.state, 'restoring'))
  await writeFile(join(service.state, 'restoring', 'exchanging'), '')
  await rm(join(service.state, 'tidewatch.duckdb'))
  expect(await service.refusal()).toContain('run "tidewatch restore DIR" again')
  expect(await service.run('restore', backup)).toMatchObject({ code: 0 })
  await service.start()
  await service.settled()
  expect(await service.answers()).toEqual(answers)
  await service.stop()
})
