import { AxeBuilder } from '@axe-core/playwright'
import { expect, test } from './pages.ts'

/** Pages of a service that answers nothing: what they say can be read, and heard, as on a good day. */

const PAGES = [
  '/channel/nightly',
  '/builds',
  '/invalid',
  '/pipeline',
  '/incident/13',
  '/why/nightly/2014-02-01T14:00Z',
  '/annotations',
  '/submission/6ba7b810-9dad-11d1-80b4-00c04fd430c8',
]

// Light and dark in turn: what makes old data pale is common to all pages.
for (const [index, path] of PAGES.entries()) {
  const theme = index % 2 === 0 ? 'light' : 'dark'
  test(`${path} has a heading and enough contrast where nothing is answered, ${theme}`, async ({
    page,
    expectedMessages,
  }) => {
    expectedMessages.push(/503/, /Failed to load/)
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
    // The overview stands in the page itself; all else, the live stream too, is refused.
    await page.route(/\/api\/v1\/(?!overview)/, (route) =>
      route.fulfill({ status: 503, contentType: 'application/problem+json', body: '{"detail":"too much is asked"}' }),
    )
    await page.goto(path)
    await expect(page.locator('main.stale')).toBeVisible()
    await expect(page.getByRole('alert').first()).toBeVisible()
    await expect(page.getByRole('heading', { level: 1 })).not.toHaveText(/^\s*$/)
    const { violations } = await new AxeBuilder({ page }).exclude('iframe').analyze()
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(', ')}`)).toEqual([])
  })
}
