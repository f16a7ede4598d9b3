import { type JsonNode, type JsonObject, memberNamed } from '../json-text.ts'
import { type Member, membersFrom } from './info.ts'

/**
 * Which part of a unified submission is which member of the classic `info`. The names are those of the clients; where a
 * part is absent or null, so is the member.
 */
const APPLICATION = {
  appName: ['name'],
  appVersion: ['version'],
  appUpdateChannel: ['channel'],
  appBuildID: ['buildId'],
  arch: ['architecture'],
  platformVersion: ['platformVersion'],
  vendor: ['vendor'],
  xpcomAbi: ['xpcomAbi'],
}

const ENVIRONMENT = {
  appID: ['build', 'applicationId'],
  platformBuildID: ['build', 'buildId'],
  locale: ['settings', 'locale'],
  memsize: ['system', 'memoryMB'],
  cpucount: ['system', 'cpu', 'count'],
  OS: ['system', 'os', 'name'],
  version: ['system', 'os', 'version'],
  kernel_version: ['system', 'os', 'kernelVersion'],
  device: ['system', 'device', 'model'],
  manufacturer: ['system', 'device', 'manufacturer'],
  hardware: ['system', 'device', 'hardware'],
  tablet: ['system', 'device', 'isTablet'],
  D2DEnabled: ['system', 'gfx', 'D2DEnabled'],
  DWriteEnabled: ['system', 'gfx', 'DWriteEnabled'],
  DWriteVersion: ['system', 'gfx', 'DWriteVersion'],
  profileHDDModel: ['system', 'hdd', 'profile', 'model'],
  profileHDDRevision: ['system', 'hdd', 'profile', 'revision'],
  binHDDModel: ['system', 'hdd', 'binary', 'model'],
  binHDDRevision: ['system', 'hdd', 'binary', 'revision'],
  winHDDModel: ['system', 'hdd', 'system', 'model'],
  winHDDRevision: ['system', 'hdd', 'system', 'revision'],
  activeExperiment: ['addons', 'activeExperiment', 'id'],
  activeExperimentBranch: ['addons', 'activeExperiment', 'branch'],
  persona: ['addons', 'theme', 'id'],
}

/** Of graphics adapters the first has these names, the second the same with a 2 behind. */
const ADAPTER = {
  adapterDescription: ['description'],
  adapterVendorID: ['vendorID'],
  adapterDeviceID: ['deviceID'],
  adapterSubsysID: ['subsysID'],
  adapterRAM: ['RAM'],
  adapterDriver: ['driver'],
  adapterDriverVersion: ['driverVersion'],
  adapterDriverDate: ['driverDate'],
}

/** What `type` and `application` say, as the classic `info` says it. */
export function applicationInfo(text: string, root: JsonObject): Member[] {
  return [
    ...membersFrom(text, root, { reason: ['type'] }),
    ...membersFrom(text, memberNamed(root, 'application'), APPLICATION),
  ]
}

/** What `environment` says, likewise. */
export function environmentInfo(text: string, environment: JsonNode | null): Member[] {
  const gfx = memberNamed(memberNamed(environment, 'system'), 'gfx')
  const adapters = memberNamed(gfx, 'adapters')
  const [first = null, second = null] = adapters?.kind === 'array' ? adapters.items : []
  return [
    ...membersFrom(text, environment, ENVIRONMENT),
    ...membersFrom(text, first, ADAPTER),
    ...membersFrom(text, second, SECOND_ADAPTER),
    ...(second === null ? [] : [{ name: '"isGPU2Active"', value: String(isTrue(second)) }]),
  ]
}

const SECOND_ADAPTER = Object.fromEntries(Object.entries(ADAPTER).map(([name, path]) => [`${name}2`, path]))

function isTrue(adapter: JsonNode): boolean {
  return memberNamed(adapter, 'GPUActive')?.kind === 'true'
}
