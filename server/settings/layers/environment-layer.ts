import { SETTING_NAMES } from '../names.ts'
import { nearestName } from '../nearest-name.ts'
import { type GivenValue, type Layer, suggestion } from '../source.ts'

const PREFIX = 'TIDEWATCH_'

/** Variables that say something else than a setting. */
export const CONFIG_VARIABLE = 'TIDEWATCH_CONFIG'
const OTHER_VARIABLES = [CONFIG_VARIABLE, 'TIDEWATCH_CHROMIUM']

/** The settings among the environment's variables. An empty variable is an unset one: so do container tools mean it. */
export function environmentLayer(environment: Readonly<Record<string, string | undefined>>): Layer {
  const values = new Map<string, GivenValue>()
  for (const { path, variable, facts } of SETTING_NAMES) {
    const text = environment[variable]
    if (text === undefined || text === '') continue
    values.set(path, { value: facts.fromText(text), source: { kind: 'environment', variable } })
  }
  const known = [...SETTING_NAMES.map(({ variable }) => variable), ...OTHER_VARIABLES]
  const problems = Object.keys(environment)
    .filter((variable) => variable.startsWith(PREFIX) && !known.includes(variable))
    .map((variable) => `${variable} is no setting: ${suggestion(nearestName(variable, known))}`)
  return { values, problems }
}
