import { expect, it } from 'vitest'
import { BrokenJson } from '@/model/form'
import { presetsAsForm } from './presets'

it('shows values of known fields in a form', () => {
  expect(presetsAsForm(null, ['a'])).toEqual({})
  expect(presetsAsForm({ a: 1 }, ['a', 'b'])).toEqual({ a: 1 })
})
it('leaves variables, unknown fields and what is no object to JSON', () => {
  expect(presetsAsForm({ a: '$CURRENT_USER' }, ['a'])).toBeNull()
  expect(presetsAsForm({ c: 1 }, ['a'])).toBeNull()
  expect(presetsAsForm([1], ['a'])).toBeNull()
  expect(presetsAsForm(new BrokenJson('{'), ['a'])).toBeNull()
})
