import { existsSync } from 'node:fs'
import { type Browser, chromium } from '@playwright/test'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { composeMail, PICTURE_CID } from '../../alerts/email/compose/compose-mail.ts'
import type { MailFacts } from '../../alerts/email/compose/mail-facts.ts'
import { drawPicture } from '../../alerts/email/picture/draw-picture.ts'
import { everyMail } from '../../alerts/email/testing/every-mail.ts'
import { makeFacts } from '../../alerts/email/testing/make-facts.ts'
import { makeIncident } from '../../alerts/testing/make-incident.ts'

/** A mail in a real browser, as a mail program without network shows it. */

const executablePath = process.env.TIDEWATCH_CHROMIUM ?? '/usr/bin/chromium'
const isThere = existsSync(executablePath)
if (!isThere) process.stderr.write(`SKIPPED: no Chromium at ${executablePath}: mails are not rendered\n`)

const longNames = makeFacts({
  notification: {
    incident: makeIncident({
      channels: ['a-channel-that-somebody-named-with-more-letters-than-fit'],
      missing: 123_456_789,
      latest: { seen: 12_345_678, low: 23_456_789, mid: 24_000_000, high: 25_456_789 },
      explanation: {
        sentence: 'Nobody knows.',
        carriers: [{ dimension: 'attribute', value: 'w'.repeat(60), expected: 1e9, seen: 1, shareRatio: 1 }],
      },
    }),
  },
})

describe.skipIf(!isThere)('a mail in a browser', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-quic'] })
  })
  afterAll(() => browser?.close())

  async function open(facts: MailFacts, width: number, colorScheme: 'light' | 'dark' = 'light') {
    const page = await browser.newPage({ viewport: { width, height: 740 }, colorScheme })
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    const png = facts.picture === null ? '' : Buffer.from(drawPicture(facts.picture)).toString('base64')
    const { html } = composeMail(facts, true, 'example.org')
    await page.setContent(html.replace(`cid:${PICTURE_CID}`, `data:image/png;base64,${png}`))
    return { page, asked: asked.filter((url) => !url.startsWith('data:') && url !== 'about:blank') }
  }

  test.each([
    { claim: 'at 600 px', facts: makeFacts(), width: 640 },
    { claim: 'on a phone', facts: makeFacts(), width: 360 },
    { claim: 'on a small phone, with the longest names', facts: longNames, width: 320 },
  ])('nothing runs out of it $claim, and it loads nothing', async ({ facts, width }) => {
    const { page, asked } = await open(facts, width)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
    expect(await page.locator('img').evaluate((image) => image.clientWidth)).toBeLessThanOrEqual(600)
    expect(
      await page.locator('img').evaluate((image) => (image instanceof HTMLImageElement ? image.naturalWidth : 0)),
    ).toBe(1200)
    expect(asked).toEqual([])
    await page.close()
  })

  test('the fact is on the first screen of a phone, with the picture', async () => {
    const { page } = await open(makeFacts(), 360)
    const picture = await page.locator('img').boundingBox()
    expect((picture?.y ?? 0) + (picture?.height ?? 0)).toBeLessThan(740)
    await page.close()
  })

  test('in the dark, words are light and the picture stays on white', async () => {
    const { page } = await open(makeFacts(), 640, 'dark')
    const lightness = (selector: string, property: string) =>
      page
        .locator(selector)
        .first()
        .evaluate((element, name) => {
          const [red = 0, green = 0, blue = 0] =
            getComputedStyle(element).getPropertyValue(name).match(/\d+/g)?.map(Number) ?? []
          return (red + green + blue) / 765
        }, property)
    expect(await lightness('.headline', 'color')).toBeGreaterThan(0.8)
    expect(await lightness('body', 'background-color')).toBeLessThan(0.2)
    expect(await lightness('.picture', 'background-color')).toBe(1)
    await page.close()
  })

  test('the words before the headline are what mail programs show beside the subject', async () => {
    const { page } = await open(makeFacts(), 640)
    const hidden = page.locator('body > div').first()
    expect(await hidden.isVisible()).toBe(false)
    expect(await hidden.textContent()).toMatch(/^New: too low\. nightly: 16.%/)
    await page.close()
  })

  const shapes = [360, 640].flatMap((width) => (['light', 'dark'] as const).map((scheme) => ({ width, scheme })))
  test.each(shapes)(
    'every kind of mail fits $width px in the $scheme, and asks nobody for anything',
    async ({ width, scheme }) => {
      const page = await browser.newPage({ viewport: { width, height: 740 }, colorScheme: scheme })
      const asked: string[] = []
      page.on('request', (request) => asked.push(request.url()))
      const tooWide: string[] = []
      for (const [name, { html }] of everyMail('a-channel-with-quite-a-long-name')) {
        await page.setContent(html.replace(`src="cid:${PICTURE_CID}"`, 'src="data:,"'))
        if ((await page.evaluate(() => document.documentElement.scrollWidth)) > width) tooWide.push(name)
      }
      expect(tooWide).toEqual([])
      expect(asked.filter((url) => !url.startsWith('data:') && url !== 'about:blank')).toEqual([])
      await page.close()
    },
  )
})
