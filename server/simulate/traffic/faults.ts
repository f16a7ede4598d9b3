import type { ChannelRates, HourOfRates, SubmissionRate } from '../story/rates.ts'

/** Outages that clients can be made to have, on demand. */
export const FAULTS = ['silent-build', 'missing-saved-session', 'https-revision', 'garbage', 'too-large'] as const
export type Fault = (typeof FAULTS)[number]

/** What each fault does, for people. */
export const FAULT_TEXTS: Readonly<Record<Fault, string>> = {
  'silent-build': 'the newest build of each channel sends nothing',
  'missing-saved-session': 'the newest build of each channel sends idle-daily only',
  'https-revision': 'the newest build of each channel names its revision with https',
  garbage: 'a third of all bodies is no JSON',
  'too-large': 'the newest build of each channel sends 300 KiB, over the default limit',
}

/** `hour` as it is with `faults`, on those channels that it has. */
export function withFaults(hour: HourOfRates, faults: readonly Fault[]): HourOfRates {
  let { channels } = hour
  for (const fault of faults) channels = channels.map((channel) => withFault(channel, fault))
  return { hour: hour.hour, channels }
}

const GARBAGE_RATIO = 1 / 3

function withFault(channel: ChannelRates, fault: Fault): ChannelRates {
  switch (fault) {
    case 'silent-build':
      return { ...channel, rates: channel.rates.filter(({ isNewestBuild }) => !isNewestBuild) }
    case 'missing-saved-session':
      return {
        ...channel,
        rates: channel.rates.filter((rate) => !rate.isNewestBuild || rate.reason !== 'saved-session'),
      }
    case 'https-revision':
      return { ...channel, rates: channel.rates.map(withHttps) }
    case 'garbage': {
      const others = channel.problems.filter(({ problem }) => problem !== 'bad_json')
      return { ...channel, problems: [...others, { problem: 'bad_json', ratio: GARBAGE_RATIO }] }
    }
    case 'too-large':
      return { ...channel, rates: channel.rates.map((rate) => ({ ...rate, isTooLarge: rate.isNewestBuild })) }
  }
}

function withHttps(rate: SubmissionRate): SubmissionRate {
  return rate.isNewestBuild ? { ...rate, https: true } : rate
}
