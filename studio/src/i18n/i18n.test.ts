// @vitest-environment happy-dom
import { beforeEach, expect, it } from 'vitest'
import { number } from './format'
import { chosenHere, language, showLanguage, t } from './index'
import { languageFor } from './languages'

beforeEach(async () => { localStorage.clear(); await showLanguage('en-US') })

it('shows the English sentence itself, with its values', () => {
  expect(t('No collection is called “{name}”.', { name: 'a.b' })).toBe('No collection is called “a.b”.')
  expect(t('A sentence. With two stops.')).toBe('A sentence. With two stops.')
})
it('chooses the form by the number and writes it as the language does', async () => {
  expect(t('{n} row | {n} rows', { n: 1 })).toBe('1 row')
  expect(t('{n} row | {n} rows', { n: 1200 })).toBe('1,200 rows')
  await showLanguage('de-DE')
  expect(number(1234.5)).toBe('1.234,5')
})
it('loads the catalogue of a language when it is asked for', async () => {
  await showLanguage('de-AT', true)
  expect(language.value).toBe('de-DE')
  expect(chosenHere()).toBe('de-DE')
  expect(document.documentElement.lang).toBe('de-DE')
  expect(t('Cancel')).toBe('Abbrechen')
  expect(t('Not in any catalogue {x}', { x: 3 })).toBe('Not in any catalogue 3')
})
it('meets the first wish that it can', () => {
  expect(languageFor(null, 'xx', 'fr')).toBe('fr-FR')
  expect(languageFor(undefined)).toBe('en-US')
})
