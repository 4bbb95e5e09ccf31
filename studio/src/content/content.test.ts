import { describe, expect, it } from 'vitest'
import { makeModel, type Model } from '@/model/model'
import type { Field, Relation } from '@/model/types'
import { pathChoices } from '@/query/paths'
import { cell, fillTemplate, label } from './display'
import { merge } from './merge'
import { fromInput, toInput } from './moments'
import { listFields, listPayload, noEdits, translationsPayload, type ListEdits } from './relationList'
import { defaultView, fieldsFor, nextSort, orderOf, presetOf, validView, viewOf } from './view'

const field = (collection: string, name: string, type = 'string', schema: object | null = {}, meta: object = {}): Field =>
  ({ collection, field: name, type, meta: { ...meta }, schema }) as unknown as Field
const relation = (collection: string, name: string, related: string, one: string | null): Relation =>
  ({ collection, field: name, related_collection: related, meta: { one_field: one, junction_field: null }, schema: {} }) as unknown as Relation
const model = makeModel(
  ['posts', 'people', 'directus_users'].map((collection) => ({ collection, meta: null, schema: { name: collection } })),
  [
    field('posts', 'id', 'integer', { is_primary_key: true }), field('posts', 'title'), field('posts', 'secret', 'hash'),
    field('posts', 'author', 'integer'), field('posts', 'made', 'timestamp', {}, { hidden: true, special: ['date-created'] }),
    field('posts', 'status', 'string', {}, { options: { choices: [{ text: 'Draft', value: 'draft' }] } }),
    field('people', 'id', 'integer', { is_primary_key: true }), field('people', 'name'), field('people', 'posts', 'alias', null),
  ],
  [relation('posts', 'author', 'people', 'posts')],
)

describe('views', () => {
  it('begin with what people can read', () => {
    expect(defaultView(model, 'posts').columns).toEqual(['id', 'title', 'author', 'status', 'made'])
  })
  it('are sorted by hand only for who may read the order', () => {
    const ordered = (fields: Field[]): string => defaultView(makeModel([{ collection: 'a', meta: { sort_field: 'place' }, schema: { name: 'a' } }] as unknown as Model['collections'], fields, []), 'a').sort
    const key = field('a', 'id', 'integer', { is_primary_key: true })
    expect([ordered([key, field('a', 'place')]), ordered([key])]).toEqual(['place', 'id'])
  })
  it('lose what no longer exists', () => {
    expect(validView(model, 'posts', { columns: ['gone', 'title'], sort: '-gone' })).toMatchObject({ columns: ['title'], sort: 'id' })
  })
  it('become presets and come back', () => {
    const view = { columns: ['title'], widths: { title: 90 }, sort: '-title' }
    expect(viewOf(presetOf(view))).toEqual(view)
    expect(viewOf(undefined)).toBeNull()
  })
  it('ask for the key and for what names a related item', () => {
    expect(fieldsFor(model, 'posts', ['title', 'author'])).toEqual(['id', 'title', 'author.id', 'author.name'])
  })
  it('put rows that are equal in their order by the key', () => {
    expect([orderOf('-title', 'id'), orderOf('title', 'id'), orderOf('-id', 'id'), orderOf('', 'id')]).toEqual([['-title', '-id'], ['title', 'id'], ['-id'], []])
  })
  it('sort upwards, then downwards', () => expect([nextSort('id', 'title'), nextSort('title', 'title')]).toEqual(['title', '-title']))
})

describe('cells', () => {
  const show = (name: string, value: unknown, collection = 'posts') => cell(model, model.field(collection, name)!, value)
  it('show names, choices and counts', () => {
    expect(show('author', { id: 1, name: 'Bo' })).toBe('Bo')
    expect(show('author', { id: 1, name: null })).toBe('1')
    expect(show('status', 'draft')).toBe('Draft')
    expect(show('posts', [1, 2], 'people')).toBe('2 items')
    expect(show('title', null)).toBe('')
  })
  it('cut what is too long and survive what is no date', () => {
    expect(show('title', 'x'.repeat(999))).toHaveLength(200)
    expect(show('made', 'never')).toBe('never')
  })
  it('fill templates through relations', () => {
    expect(fillTemplate('{{a.b}}: {{ c }}{{d}}', { a: { b: 1 }, c: 'x' })).toBe('1: x')
    expect(label(model, 'directus_users', { first_name: null, last_name: null, email: 'a@b.c' })).toBe('a@b.c')
  })
})

describe('merge', () => {
  it('takes over what was not edited here, and reports what was', () => {
    const merged = merge({ a: 1, b: 2, c: 3 }, { a: 1, b: 'mine', c: 'same' }, { a: 9, b: 8, c: 'same', other: 1 })
    expect(merged).toEqual({ before: { a: 9, b: 8, c: 'same' }, values: { a: 9, b: 'mine', c: 'same' }, taken: ['a'], conflicts: { b: 8 } })
  })
})

describe('moments', () => {
  it('come back as they went', () => {
    const stamp = '2026-03-01T10:20:30.000Z'
    expect(fromInput(toInput(stamp, 'timestamp'), 'timestamp')).toBe(stamp)
    expect(fromInput('2026-03-01T10:20', 'dateTime')).toBe('2026-03-01T10:20:00')
    expect([fromInput('10:20', 'time'), fromInput('', 'date'), toInput('2026-03-01', 'date')]).toEqual(['10:20:00', null, '2026-03-01'])
  })
})

describe('list payloads', () => {
  const link = { kind: 'o2m' as const, related: 'posts', allowed: [], back: 'author', junction: null, via: null, kindField: null, sortField: null }
  const junction = { ...link, kind: 'm2m' as const, junction: 'x', via: 'post' }
  const any = { ...junction, kind: 'm2a' as const, related: null, allowed: ['posts', 'people'], via: 'item', kindField: 'collection' }
  const edits = { ...noEdits(), made: [{ collection: 'posts', row: { title: 'x' } }], linked: [{ key: 5, collection: 'posts', row: {} }], removed: [7] }
  const payload = (to: typeof link | typeof junction | typeof any, of: Partial<ListEdits>) => listPayload(to, { ...noEdits(), ...of }, 'id', () => 'id')
  it('are null without edits', () => expect(payload(link, {})).toBeNull())
  it('link rows, or make junction rows', () => {
    expect(payload(link, edits)).toEqual({ create: [{ title: 'x' }], update: [{ id: 5 }], delete: [7] })
    expect(payload(junction, edits)).toEqual({ create: [{ post: { title: 'x' } }, { post: 5 }], update: [], delete: [7] })
    expect(payload(any, edits)?.create).toEqual([{ collection: 'posts', item: { title: 'x' } }, { collection: 'posts', item: '5' }])
  })
  it('change linked items where they are', () => {
    const changed = [{ place: 9, key: 5, collection: 'posts', row: { title: 'y' } }]
    expect(payload(link, { changed: [{ ...changed[0]!, place: 5 }] })?.update).toEqual([{ id: 5, title: 'y' }])
    expect(payload(junction, { changed })?.update).toEqual([{ id: 9, post: { id: 5, title: 'y' } }])
    expect(payload(any, { changed })?.update).toEqual([{ id: 9, collection: 'posts', item: { id: 5, title: 'y' } }])
    expect(payload(junction, { changed, removed: [9] })).toEqual({ create: [], update: [], delete: [9] })
  })
  it('number rows that were sorted by hand', () => {
    const sorted = { ...link, sortField: 'place' }
    expect(payload(sorted as unknown as typeof link, { order: [3, 1] })?.update).toEqual([{ id: 3, place: 1 }, { id: 1, place: 2 }])
  })
  it('ask for what names an item', () => {
    const names = (of: string) => [of === 'posts' ? 'title' : 'name', 'id']
    expect(listFields(link, 'id', names)).toEqual(['id', 'title'])
    expect(listFields({ ...junction, sortField: 'sort' }, 'id', names)).toEqual(['id', 'post.title', 'post.id', 'sort'])
    expect(listFields(any, 'id', names)).toEqual(['id', 'collection', 'item:posts.title', 'item:posts.id', 'item:people.name', 'item:people.id'])
  })
  it('keep one row for each language', () => {
    const stored = [{ id: 1, post: 'de', title: 'Hallo' }]
    expect(translationsPayload(junction, stored, { de: { title: 'Moin' }, fr: { title: 'Salut' }, es: {} }, 'id')).toEqual({
      create: [{ post: 'fr', title: 'Salut' }], update: [{ id: 1, title: 'Moin' }], delete: [],
    })
    expect(translationsPayload(junction, stored, {}, 'id')).toBeNull()
  })
})

describe('paths', () => {
  const names = (of: Model, collection: string) => pathChoices(of, collection).map((each) => each.path.join('.'))
  it('follow relations both ways', () => {
    expect(names(model, 'posts')).toContain('author.name')
    expect(pathChoices(model, 'people').find((each) => each.path.join('.') === 'posts.title')?.list).toBe(true)
  })
  it('go through a table in between, and ask for its own columns', () => {
    const between = (name: string, related: string | null, junction: string, more: object = {}): Relation =>
      ({ collection: 'links', field: name, related_collection: related, meta: { one_field: null, junction_field: junction, ...more }, schema: {} }) as unknown as Relation
    const fields = [
      field('books', 'id', 'integer', { is_primary_key: true }), field('books', 'things', 'alias', null), field('people', 'name'), field('links', 'since', 'date'),
      field('links', 'id', 'integer', { is_primary_key: true }),
    ]
    const back = between('book', 'books', 'item', { one_field: 'things' })
    const many = makeModel([], fields, [back, between('item', 'people', 'book')])
    expect(names(many, 'books')).toEqual(['id', 'things.item.name', 'things.since', 'count(things)'])
    const any = makeModel([], fields, [back, between('item', null, 'book', { one_allowed_collections: ['people'], one_collection_field: 'kind' })])
    expect(names(any, 'books')).toContain('things.item:people.name')
  })
  it('ask for parts of moments', () => expect(names(model, 'posts')).toContain('year(made)'))
})
