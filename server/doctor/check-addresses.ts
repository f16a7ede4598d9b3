import type { Settings } from '../settings/schema.ts'
import type { DoctorFinding } from './finding.ts'

const TIMEOUT_MS = 5000

/** Whether what the settings name elsewhere can be reached: webhooks, the dead man's switch, the histogram server. Nothing is told them. */
export function checkAddresses({ webhooks, deadMansSwitch, histograms }: Settings): Promise<DoctorFinding[]> {
  const named = [
    ...Object.entries(webhooks).map(([name, { url }]) => ({ about: `webhook ${name}`, url })),
    { about: "dead man's switch", url: deadMansSwitch.url },
    { about: 'histogram server', url: histograms.url },
  ]
  return Promise.all(named.filter(({ url }) => url !== '').map(reach))
}

/** Any answer will do: what they answer to a HEAD is no matter. An address of the dead man's switch is asked by its host alone. */
async function reach({ about, url }: { readonly about: string; readonly url: string }): Promise<DoctorFinding> {
  const { origin, host } = new URL(url)
  try {
    await fetch(origin, { method: 'HEAD', redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) })
    return { about, verdict: 'well', says: `${host} answers.` }
  } catch (error) {
    if (!(error instanceof Error)) return { about, verdict: 'wrong', says: `${host}: ${error}.` }
    const reason = error.name === 'TimeoutError' ? 'no answer within 5 s' : String(error.cause ?? error.message)
    return { about, verdict: 'wrong', says: `${host} can't be reached: ${reason.replace(/^Error: /, '')}.` }
  }
}
