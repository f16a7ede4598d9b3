import { expect, test } from 'vitest'
import { Cleanup } from './cleanup.ts'

test('everything is closed, last opened first, also where something can’t be; the first error is told', async () => {
  const closed: string[] = []
  const cleanup = new Cleanup()
  cleanup.add(async () => closed.push('database'))
  cleanup.add(() => Promise.reject(new Error('disk full')))
  cleanup.add(async () => closed.push('listener'))
  await expect(cleanup.run()).rejects.toThrow('disk full')
  expect(closed).toEqual(['listener', 'database'])
  await cleanup.run()
  expect(closed).toHaveLength(2)
})
