/**
 * Browsers as a list of devices names them: what they say of themselves, in people's words.
 */
import { describe, expect, it } from 'vitest'

import { nameAgent } from '../../src/accounts/user-agent.js'

const webKit = 'AppleWebKit/537.36 (KHTML, like Gecko)'
const windows = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64)'
const mac = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)'
const android = 'Mozilla/5.0 (Linux; Android 10; K)'
const iPhone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)'
const iPad = 'Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)'

const browsers: readonly (readonly [agent: string, browser: string, system: string, kind: string])[] = [
  [`${windows} ${webKit} Chrome/126.0.0.0 Safari/537.36`, 'Chrome 126', 'Windows', 'desktop'],
  [`${windows} ${webKit} Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0`, 'Microsoft Edge 126', 'Windows', 'desktop'],
  [`${windows} ${webKit} Chrome/125.0.0.0 Safari/537.36 OPR/111.0.0.0`, 'Opera 111', 'Windows', 'desktop'],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0',
    'Firefox 128',
    'Windows',
    'desktop',
  ],
  [
    'Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko',
    'Internet Explorer 11',
    'Windows',
    'desktop',
  ],
  [`${mac} ${webKit} Chrome/126.0.0.0 Safari/537.36`, 'Chrome 126', 'macOS', 'desktop'],
  [`${mac} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15`, 'Safari 17', 'macOS', 'desktop'],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:128.0) Gecko/20100101 Firefox/128.0',
    'Firefox 128',
    'macOS',
    'desktop',
  ],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0', 'Firefox 128', 'Linux', 'desktop'],
  [`Mozilla/5.0 (X11; Linux x86_64) ${webKit} Chrome/126.0.0.0 Safari/537.36`, 'Chrome 126', 'Linux', 'desktop'],
  [
    `Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${webKit} Chrome/126.0.0.0 Safari/537.36`,
    'Chrome 126',
    'Chrome OS',
    'desktop',
  ],
  [`${android} ${webKit} Chrome/126.0.0.0 Mobile Safari/537.36`, 'Chrome 126', 'Android', 'phone'],
  [`${android} ${webKit} Chrome/126.0.0.0 Safari/537.36`, 'Chrome 126', 'Android', 'tablet'],
  [
    `${android} ${webKit} Chrome/126.0.0.0 Mobile Safari/537.36 EdgA/126.0.0.0`,
    'Microsoft Edge 126',
    'Android',
    'phone',
  ],
  [`${android} ${webKit} Chrome/124.0.0.0 Mobile Safari/537.36 OPR/83.0.0.0`, 'Opera 83', 'Android', 'phone'],
  ['Mozilla/5.0 (Android 14; Mobile; rv:128.0) Gecko/128.0 Firefox/128.0', 'Firefox 128', 'Android 14', 'phone'],
  ['Mozilla/5.0 (Android 14; Tablet; rv:128.0) Gecko/128.0 Firefox/128.0', 'Firefox 128', 'Android 14', 'tablet'],
  [
    `Mozilla/5.0 (Linux; Android 14; SAMSUNG SM-S918B) ${webKit} SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36`,
    'Samsung Internet for Android 25',
    'Android 14',
    'phone',
  ],
  [
    `Mozilla/5.0 (Linux; Android 13; SAMSUNG SM-X906C) ${webKit} SamsungBrowser/25.0 Chrome/121.0.0.0 Safari/537.36`,
    'Samsung Internet for Android 25',
    'Android 13',
    'tablet',
  ],
  [`${iPhone} Version/17.5 Mobile/15E148 Safari/604.1`, 'Safari 17', 'iOS 17', 'phone'],
  [`${iPad} Version/16.6 Mobile/15E148 Safari/604.1`, 'Safari 16', 'iOS 16', 'tablet'],
  [`${iPhone} CriOS/126.0.6478.54 Mobile/15E148 Safari/604.1`, 'Chrome 126', 'iOS 17', 'phone'],
  [`${iPhone} FxiOS/127.0 Mobile/15E148 Safari/605.1.15`, 'Firefox 127', 'iOS 17', 'phone'],
  [`${iPhone} Version/17.0 EdgiOS/126.0.2592.56 Mobile/15E148 Safari/604.1`, 'Microsoft Edge 126', 'iOS 17', 'phone'],
]

describe('a browser', () => {
  it.each(browsers)('%s is %s on %s, a %s', (agent, browser, system, kind) => {
    expect(nameAgent(agent)).toEqual({ browser, system, kind })
    // From memory it is the same.
    expect(nameAgent(agent)).toEqual({ browser, system, kind })
  })
})

describe('a robot', () => {
  it.each([
    ['Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)', 'Googlebot 2'],
    [
      `Mozilla/5.0 ${webKit.slice(0, -1)}; compatible; bingbot/2.0) Chrome/116.0.1938.76 Safari/537.36`,
      'BingCrawler 2',
    ],
  ])('%s is %s, and no desktop', (agent, browser) => {
    expect(nameAgent(agent)).toEqual({ browser, system: undefined, kind: 'other' })
  })
})

describe('what tells nothing', () => {
  const nothing = { browser: undefined, system: undefined, kind: undefined }

  it.each([
    '',
    ' ',
    'curl/8.7.1',
    'PostmanRuntime/7.39.0',
    'node',
    'Mozilla/5.0 (',
    '<script>alert(1)</script>',
    'éÿ()[]{}\\^$.|?*+',
    '__proto__',
    'constructor/1',
  ])('%s is not guessed at', (agent) => {
    expect(nameAgent(agent)).toEqual(nothing)
  })

  it.each([
    ['ten kilobytes of one letter', 'x'.repeat(10_240)],
    ['ten kilobytes of parentheses', '()'.repeat(5_120)],
    ['ten kilobytes of one browser', 'Chrome/'.repeat(1_463)],
    ['ten kilobytes of spaces', `Mozilla/5.0 ${' '.repeat(10_240)}`],
    ['ten kilobytes of digits', `Chrome/${'1'.repeat(10_240)}`],
    ['ten kilobytes of dots', `Version/${'1.'.repeat(5_120)} Safari`],
  ])('takes no time to speak of: %s', (_, agent) => {
    const started = performance.now()
    nameAgent(agent)
    // A regular expression that goes astray takes minutes.
    expect(performance.now() - started).toBeLessThan(1_000)
  })

  it('is not remembered without end: a thousand names are as good as one', () => {
    for (let name = 0; name < 2_000; name += 1) nameAgent(`Firefox/${name}.0`)
    expect(nameAgent('Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0').browser).toBe(
      'Firefox 128',
    )
  })
})
