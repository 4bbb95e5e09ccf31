import { expect, it } from 'vitest'
import { makeModel } from '@/model/model'
import type { Field, Relation } from '@/model/types'
import { creationOf, keptFields, pick, revertible, undoable } from './undo'

const field = (collection: string, name: string, special: string[] = [], schema: object | null = {}): Field =>
  ({ collection, field: name, type: 'string', meta: { special }, schema }) as unknown as Field
const relation = (onDelete: string): Relation =>
  ({ collection: 'posts', field: 'author', related_collection: 'people', meta: { one_field: 'posts', junction_field: null }, schema: { on_delete: onDelete } }) as unknown as Relation
const fields = [
  field('people', 'id', [], { is_primary_key: true }), field('people', 'name'), field('people', 'made', ['date-created']), field('people', 'posts', ['o2m'], null),
  field('safe', 'id', [], { is_primary_key: true }), field('safe', 'secret', ['hash', 'conceal']),
]
const model = (onDelete: string) => makeModel([], fields, [relation(onDelete)])

it('takes a deletion back unless other items go with it or a value cannot be read', () => {
  expect(undoable(model('SET NULL'), 'people')).toBe(true)
  expect(undoable(model('CASCADE'), 'people')).toBe(false)
  expect(undoable(model('SET NULL'), 'safe')).toBe(false)
  expect(undoable(model('SET NULL'), 'directus_users')).toBe(false)
})
it('keeps the columns, and the lists that are only cleared', () => {
  expect(keptFields(model('SET NULL'), 'people')).toEqual(['id', 'name', 'made', 'posts'])
  expect(keptFields(model('NO ACTION'), 'people')).toEqual(['id', 'name', 'made'])
})
it('brings back when an item was made, which the server writes itself', () => {
  expect(creationOf(model('SET NULL'), 'people', [{ id: 1, name: 'Bo', made: 'x' }])).toEqual([{ id: 1, made: 'x' }])
  expect(creationOf(model('SET NULL'), 'safe', [{ id: 1 }])).toEqual([])
})
it('reverts what can be read', () => {
  expect(revertible(model('SET NULL'), 'people', ['name'])).toBe(true)
  expect(revertible(model('SET NULL'), 'people', ['name', 'posts'])).toBe(false)
  expect(revertible(model('SET NULL'), 'safe', ['secret'])).toBe(false)
  expect(pick({ a: 1, b: 2 }, ['b', 'c'])).toEqual({ b: 2 })
})
