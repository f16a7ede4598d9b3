import { expect, test } from 'vitest'
import { pinched } from './pinch.ts'

/** Ten milliseconds a pixel: the plot shows 0 to 3000. */
const plot = { left: 20, width: 300 }
const held = [800, 1800] as const

test.each<{ claim: string; pixels: [number, number]; shows: { from: number; to: number } | null }>([
  { claim: 'where they began, all stays', pixels: [100, 200], shows: { from: 0, to: 3000 } },
  { claim: 'whichever finger was first', pixels: [200, 100], shows: { from: 0, to: 3000 } },
  { claim: 'both moved to the right, earlier times come', pixels: [150, 250], shows: { from: -500, to: 2500 } },
  { claim: 'twice as far apart, half of it is left', pixels: [50, 250], shows: { from: 650, to: 2150 } },
  { claim: 'half as far apart, twice as much', pixels: [125, 175], shows: { from: -1300, to: 4700 } },
  { claim: 'too close to tell', pixels: [150, 160], shows: null },
])('$claim', ({ pixels, shows }) => expect(pinched(held, pixels, plot)).toEqual(shows))
