import { expect, test } from 'vitest'
import { PROBLEM_KINDS } from '../http/problem-kinds.ts'
import { apiOperations } from '../operations.ts'
import { type OpenApiDocument, openApiDocument } from './document.ts'
import { referencePage } from './reference-page.ts'

/** Describing asks nothing of the owner. */
const standIn: ReturnType<Parameters<typeof apiOperations>[0]> = new Proxy(Object.create(null), {
  get: () => () => undefined,
})
const described = openApiDocument(apiOperations(() => standIn))

test('every operation, parameter, schema and kind of problem can be read there', async () => {
  const page = String(await referencePage(described))
  for (const [path, methods] of Object.entries(described.paths)) {
    for (const operation of Object.values(methods)) {
      if (path.endsWith('.csv')) continue
      expect(page).toContain(`id="${operation.operationId}"`)
      for (const { name } of operation.parameters) expect(page).toContain(`<code>${name}</code>`)
    }
  }
  for (const name of Object.keys(described.components.schemas)) expect(page).toContain(`id="shape-${name}"`)
  for (const kind of Object.keys(PROBLEM_KINDS)) expect(page).toContain(`id="${kind}"`)
})

test('every link within the page leads somewhere', async () => {
  const page = String(await referencePage(described))
  const ids = new Set([...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id))
  const dead = [...page.matchAll(/href="#([^"]*)"/g)].map(([, id]) => id).filter((id) => !ids.has(id))
  expect(dead).toEqual([])
})

test('it runs nothing, loads nothing, and writes what it is given as text', async () => {
  const evil: OpenApiDocument = {
    ...described,
    info: { ...described.info, description: '<script>alert(1)</script>' },
  }
  const page = String(await referencePage(evil))
  expect(page).not.toMatch(/<script|<link|<img|https?:\/\/|@import|url\(/)
  expect(page).toContain('&lt;script&gt;')
})
