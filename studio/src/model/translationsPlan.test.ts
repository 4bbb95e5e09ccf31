import { expect, it } from 'vitest'
import { formFields } from './form'
import { makeModel } from './model'
import { translatable, translationsPlan } from './translationsPlan'
import type { Collection, Field, Relation } from './types'

const column = (collection: string, field: string, type: string, schema: object = {}): Field =>
  ({ collection, field, type, meta: { interface: 'input', special: null }, schema: { is_primary_key: field === 'id', max_length: type === 'string' ? 100 : null, ...schema } }) as unknown as Field
const posts = [column('posts', 'id', 'integer'), column('posts', 'title', 'string'), column('posts', 'words', 'integer')]
const model = makeModel([{ collection: 'posts', meta: null, schema: { name: 'posts' } }], posts, [])
const draft = { collection: 'posts', field: 'translations', texts: ['title'], languages: 'languages' }

it('offers the texts', () => expect(translatable(model, 'posts').map((each) => each.field)).toEqual(['title']))

it('makes the languages once, and one table for the texts', () => {
  const steps = translationsPlan(draft, model)
  expect(steps.map((each) => each.do)).toEqual(['collection', 'items', 'collection', 'field', 'relation', 'relation'])
  const known = makeModel(model.collections, [...posts, column('languages', 'id', 'integer', { is_primary_key: true })], [])
  expect(translationsPlan(draft, known).map((each) => each.do)).toEqual(['collection', 'field', 'relation', 'relation'])
  const table = steps[2] as unknown as { body: { fields: Field[] } }
  expect(table.body.fields.map((each) => each.field)).toEqual(['id', 'posts_id', 'languages_code', 'title'])
  expect(table.body.fields.at(-1)).toMatchObject({ type: 'string', schema: { max_length: 100 } })
})

it('makes what the form shows as translations', () => {
  const steps = translationsPlan(draft, model)
  const tables = steps.filter((each) => each.do === 'collection')
  const fields = tables.flatMap((each) => (each.body.fields as Field[]).map((field) => ({ ...field, collection: each.name })))
  const alias = steps.find((each) => each.do === 'field')!.body as unknown as Field
  const relations = steps.filter((each) => each.do === 'relation').map((each) => each.body as unknown as Relation)
  const names: Collection[] = tables.map((each) => ({ collection: each.name, meta: null, schema: { name: each.name } }))
  const made = makeModel([...model.collections, ...names], [...posts, ...fields, { ...alias, collection: 'posts' }], relations)
  expect(made.link('posts', 'translations')).toMatchObject({ kind: 'm2m', related: 'languages', back: 'posts_id', via: 'languages_code' })
  expect(formFields(made, 'posts', false).at(-1)).toMatchObject({ name: 'translations', widget: 'translations' })
})
