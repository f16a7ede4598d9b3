import { AxeBuilder } from '@axe-core/playwright'
import type { IncidentsAnswer } from '../../server/api/types.ts'
import { expect, test } from './demo.ts'
import { expectNoSidewaysScrolling, keepScreenshot } from './pages.ts'

/** Every page as people get it from the real server, light and dark, wide and on a phone. */
const PAGES: readonly (readonly [name: string, path: string])[] = [
  ['overview', '/'],
  ['channel', '/channel/nightly?last=60d'],
  ['channel-table', '/channel/nightly?show=table'],
  ['builds', '/builds'],
  ['builds-nightly', '/builds/nightly'],
  ['invalid', '/invalid'],
  ['pipeline', '/pipeline'],
  ['incidents', '/incidents'],
  ['incident', '/incident/'],
  ['why', '/why/nightly/'],
  ['mail', '/mail'],
  ['annotations', '/annotations'],
  // Not a whole name, which would lead on at once to what is called so.
  ['search', '/search?q=night'],
  ['gone', '/nowhere'],
]

/** By turns: each page's colours are the same tokens, and what differs by theme shows on half of them. */
const THEMES = ['light', 'dark'] as const

/** Not among what axe looks at by itself: what is pressed has 24 pixels each way. */
const TARGETS = { 'target-size': { enabled: true } }

function foundBy({ violations }: Awaited<ReturnType<AxeBuilder['analyze']>>): readonly string[] {
  return violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map(({ target }) => target).join(', ')}`)
}

for (const [at, [name, path]] of PAGES.entries()) {
  for (const theme of process.env.TIDEWATCH_ALL_THEMES === undefined ? [THEMES[at % 2] ?? 'light'] : THEMES) {
    test(`axe finds nothing on ${name}, ${theme}; it fits a phone`, async ({ page, demo }) => {
      // axe looks at every letter.
      test.setTimeout(120_000)
      const answer = await fetch(`${demo.url}/api/v1/incidents`)
      const { incidents }: IncidentsAnswer = JSON.parse(await answer.text())
      const fall = incidents.find(({ group, channels }) => group === 'volume' && channels.includes('nightly'))
      const ends: Readonly<Record<string, string>> = { incident: String(fall?.id), why: fall?.start.slice(0, 16) ?? '' }
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
      await page.goto(`${path}${name === 'why' ? `${ends.why}Z` : (ends[name] ?? '')}`)
      // What stands there while it loads is empty.
      await expect(page.getByRole('heading', { level: 1 }).first()).not.toHaveText(/^\s*$/)
      await expect(page.locator('[aria-busy="true"]')).toHaveCount(0)
      await keepScreenshot(page, `demo-${name}-${theme}`)
      // A mail is a document of its own, from elsewhere; its letters are tested where it is composed.
      const whole = new AxeBuilder({ page }).exclude('iframe').options({ rules: TARGETS })
      expect(foundBy(await whole.analyze())).toEqual([])
      await page.setViewportSize({ width: 360, height: 740 })
      await expectNoSidewaysScrolling(page)
      const pressed = new AxeBuilder({ page }).exclude('iframe').withRules(Object.keys(TARGETS))
      expect(foundBy(await pressed.analyze())).toEqual([])
      await keepScreenshot(page, `demo-${name}-${theme}-360`)
    })
  }
}
