// @vitest-environment happy-dom
import { afterEach, expect, it } from 'vitest'
import { showLanguage } from '@/i18n'
import { makeModel } from './model'
import { choicesFor } from './choices'
import { collectionName, fieldName } from './names'
import type { Collection, Field } from './types'

const field = (collection: string, name: string, translations: unknown = null): Field =>
  ({ collection, field: name, type: 'string', schema: null, meta: { translations } as Field['meta'] })
const SAID = [{ language: 'de-DE', translation: 'Nachricht' }, { language: 'en-US', translation: 'Note' }]

afterEach(() => showLanguage('en-US'))

it('calls a field by the translation of the project', async () => {
  expect(fieldName(field('a', 'text', SAID))).toBe('Note')
  await showLanguage('de-AT')
  expect(fieldName(field('a', 'text', SAID))).toBe('Nachricht')
  await showLanguage('fr-FR')
  expect(fieldName(field('a', 'text', SAID))).toBe('Text')
})
it('calls the fields of the system by our words, those of the project by their own', async () => {
  expect(fieldName(field('directus_users', 'email'))).toBe('E-mail address')
  await showLanguage('de-DE')
  expect(fieldName(field('directus_users', 'first_name'))).toBe('Vorname')
  expect(fieldName(field('people', 'first_name'))).toBe('First Name')
  expect(fieldName(field('a', 'text', 'broken'))).toBe('Text')
})
it('calls a collection by its translation', () => {
  const model = makeModel([{ collection: 'a', meta: { translations: SAID } } as Collection], [], [])
  expect(collectionName(model, 'a')).toBe('Note')
  expect(collectionName(model, 'order_lines')).toBe('Order Lines')
})
it('knows the words for what the server writes, and the choices of the project', async () => {
  await showLanguage('de-DE')
  expect(choicesFor(field('directus_users', 'status')).find((each) => each.value === 'suspended')?.text).toBe('Gesperrt')
  expect(choicesFor(field('people', 'status'))).toEqual([])
  const own = { ...field('people', 'status'), meta: { options: { choices: [{ text: 'Here', value: 'here' }] } } as unknown as Field['meta'] }
  expect(choicesFor(own)).toEqual([{ text: 'Here', value: 'here' }])
})
