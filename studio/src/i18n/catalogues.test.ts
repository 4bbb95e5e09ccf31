import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { LANGUAGES } from './languages'
import { bare, sentences, type Source } from './texts'

const sources: Source[] = globSync('src/**/*.{vue,ts}').filter((each) => !/\.test\.ts$|\/i18n\//.test(each)).map((file) => ({ file, text: readFileSync(file, 'utf8') }))
const used = [...new Set(sources.flatMap(sentences))].sort()
const catalogue = (code: string): Record<string, string> => JSON.parse(readFileSync(`src/i18n/catalogues/${code}.json`, 'utf8')) as Record<string, string>
const names = (text: string): string[] => [...new Set(text.match(/\{\w+\}/g))].sort()

it('finds the sentences of the source', () => {
  expect(used.length).toBeGreaterThan(400)
})
it.each(sources)('lets every text of $file be said in another language', (source) => {
  expect(bare(source)).toEqual([])
})
describe.each(LANGUAGES.filter((each) => each.code !== 'en-US').map((each) => each.code))('%s', (code) => {
  const known = catalogue(code)
  it('has every sentence, and none that nobody says', () => {
    expect({ missing: used.filter((each) => !known[each]), unused: Object.keys(known).filter((each) => !used.includes(each)) }).toEqual({ missing: [], unused: [] })
  })
  it('keeps the values and the forms of each sentence', () => {
    const wrong = Object.entries(known).filter(([key, text]) =>
      names(key).join() !== names(text).join() || key.split(' | ').length !== text.split(' | ').length)
    expect(wrong).toEqual([])
  })
})
