import type { ChannelProfile } from './channels.ts'
import { normal, type Random, randomStream } from './random.ts'

/**
 * The channel as it is in the winter of `seed`: a little other users, paces of updating, weekends, holidays and noise. A
 * judge that only works for one set of constants would otherwise look as good as one that learns them.
 */
export function variedProfile(profile: ChannelProfile, seed: number): ChannelProfile {
  const random = randomStream(seed, 'profile', profile.channel)
  // Channels differ in their holidays already; what changes from winter to winter is mostly common to them.
  const christmas = about(1, 0.1, randomStream(seed, 'christmas')) * about(1, 0.05, random)
  const { shape } = profile
  return {
    ...profile,
    peakPerHour: profile.peakPerHour * about(1, 0.04, random),
    shape: {
      noon: shape.noon * about(1, 0.03, random),
      evening: shape.evening * about(1, 0.03, random),
      night: shape.night * about(1, 0.05, random),
      saturday: shape.saturday * about(1, 0.015, random),
      sunday: shape.sunday * about(1, 0.015, random),
      christmas: shape.christmas * christmas,
    },
    savedSessionRatio: profile.savedSessionRatio * about(1, 0.03, random),
    noise: profile.noise * about(1.1, 0.2, random),
    populations: profile.populations.map((population) => ({
      ...population,
      classes: population.classes.map(({ share, meanHours }) => ({
        share: share * about(1, 0.07, random),
        meanHours: meanHours * about(1, 0.2, random),
      })),
    })),
  }
}

/** Normally distributed, and never further than two deviations off. */
function about(mean: number, deviation: number, random: Random): number {
  return mean + deviation * Math.max(-2, Math.min(2, normal(random)))
}
