import { expect, test } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'

const folder = new URL('.', import.meta.url).pathname

/** The core is a function of its input: nothing from outside of its folder, no clock, no luck, no runtime. */
test('the core imports only its own folder and uses no clock, randomness or runtime', () => {
  const sources = readdirSync(folder).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.endsWith('.bench.ts'),
  )
  expect(sources.length).toBeGreaterThan(10)
  for (const name of sources) {
    const text = readFileSync(`${folder}${name}`, 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')
    for (const [, from] of text.matchAll(/\b(?:from |import |import\()'([^']+)'/g)) {
      expect(`${name} imports ${from}`).toMatch(/ imports \.\/[a-z-]+\.ts$/)
    }
    expect(
      `${name}: ${text.match(/\b(Date|Math\.random|Bun|process|performance|setTimeout|setInterval)\b/)?.[0]}`,
    ).toBe(`${name}: undefined`)
  }
})
