import { expect, it } from 'vitest'
import { CAUSES, cellLevel, effectiveRows, subjectOf, type Effective } from './effective'

const told: Effective = {
  user: null, status: null, lacks_second_factor: false, admin: false, app: false, policies: [],
  permissions: { notes: { read: { access: 'partial', fields: ['*'] } }, books: { read: { access: 'none' } } },
}

it('knows as whom', () => {
  expect(subjectOf({ role: 'r', user: '' })).toEqual({ role: 'r' })
  expect(subjectOf({ user: 'u', policy: 'p' })).toEqual({ user: 'u' })
  expect(subjectOf({})).toEqual({})
})
it('calls all what is about every row and field, and nothing else', () => {
  expect(cellLevel(undefined)).toBe('none')
  expect(cellLevel({ access: 'full', fields: ['*'] })).toBe('all')
  expect(cellLevel({ access: 'full', fields: ['text'] })).toBe('custom')
  expect(cellLevel({ access: 'partial', fields: ['*'] })).toBe('custom')
})
it('puts what is allowed first', () => {
  expect(effectiveRows(told, ['books', 'directus_files', 'zoo', 'notes']).map((each) => each.collection)).toEqual(['notes', 'books', 'zoo', 'directus_files'])
})
it('has a sentence for every cause of the server', () => {
  const causes = ['administrator', 'granted', 'some_rows', 'some_fields', 'inactive', 'second_factor', 'no_collection', 'no_item', 'no_rule', 'no_row', 'no_field', 'field', 'field_on_row']
  expect(causes.filter((each) => !CAUSES[each])).toEqual([])
})
