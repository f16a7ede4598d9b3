import { dirname, resolve } from 'node:path'
import { isMap, isNode, isScalar, LineCounter, type Pair, parseDocument, type YAMLMap } from 'yaml'
import { isGroup, SETTING_NAMES, type SettingName, settingNamed } from '../names.ts'
import { nearestName } from '../nearest-name.ts'
import { type GivenValue, type Layer, suggestion } from '../source.ts'

/**
 * The settings of a file: YAML, and so also JSON, in groups or with dots (`receive: { listen: … }`, `receive.listen: …`).
 * `file` is its path, as messages name it.
 */
export function fileLayer(file: string, content: string): Layer {
  const lines = new LineCounter()
  const document = parseDocument(content, { lineCounter: lines, prettyErrors: false })
  const lineAt = (offset: number) => lines.linePos(offset).line
  if (document.errors.length > 0) {
    const problems = document.errors.map(({ message, pos }) => `${file}, line ${lineAt(pos[0])}: ${message}`)
    return { values: new Map(), problems }
  }
  if (document.toJS() === null) return { values: new Map(), problems: [] }
  if (!isMap(document.contents)) {
    return { values: new Map(), problems: [`${file} holds no settings: write such as "state: var"`] }
  }

  const values = new Map<string, GivenValue>()
  const problems: string[] = []
  for (const { path, line, value } of entriesOf(document.contents, '')) {
    const name = settingNamed(path)
    if (name === null) problems.push(`${file}, line ${line}: ${unnamedProblem(path)}`)
    else if (values.has(path)) problems.push(`${file}, line ${line}: ${path} is set for the second time in this file`)
    else values.set(path, { value: meantFrom(file, name, value), source: { kind: 'file', file, line } })
  }
  return { values, problems }

  /** Every setting's path and value; groups are opened, unless there is nothing in them. */
  function entriesOf(group: YAMLMap, prefix: string): { path: string; line: number; value: unknown }[] {
    return group.items.flatMap((pair: Pair) => {
      const path = prefix + (isScalar(pair.key) ? String(pair.key.value) : '')
      if (isGroup(path) && isMap(pair.value)) return entriesOf(pair.value, `${path}.`)
      const value: unknown = isNode(pair.value) ? pair.value.toJS(document) : null
      if (isGroup(path) && value === null) return []
      return [{ path, line: lineAt((isNode(pair.key) && pair.key.range?.[0]) || 0), value }]
    })
  }
}

function unnamedProblem(path: string): string {
  if (isGroup(path)) return `${path} is a group: write its settings below it`
  const groups = SETTING_NAMES.map((name) => name.path.replace(/\..*/, ''))
  const nearest = nearestName(path, [...SETTING_NAMES.map((name) => name.path), ...groups])
  return `${path} is no setting: ${suggestion(nearest)}`
}

/** Relative paths in a file are meant from the file's folder, wherever the service is started. */
function meantFrom(file: string, { facts }: SettingName, value: unknown): unknown {
  const isRelative = facts.isPath === true && typeof value === 'string' && value !== ''
  return isRelative ? resolve(dirname(file), value) : value
}
