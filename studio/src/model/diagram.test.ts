import { expect, it } from 'vitest'
import { BOX, diagram } from './diagram'
import { makeModel } from './model'
import type { Field, Relation } from './types'

const names = ['a', 'b', 'c', 'd', 'e', 'directus_users']
const key = (collection: string) => ({ collection, field: 'id', type: 'integer', meta: null, schema: { is_primary_key: true } }) as unknown as Field
const relation = (collection: string, field: string, related: string | null, allowed: string[] | null = null) =>
  ({ collection, field, related_collection: related, meta: { one_allowed_collections: allowed }, schema: null }) as unknown as Relation
const model = makeModel(
  names.map((collection) => ({ collection, meta: null, schema: { name: collection } })), names.map(key),
  [relation('a', 'b_id', 'b'), relation('a', 'item', null, ['c', 'd']), relation('e', 'self', 'e'), relation('a', 'user', 'directus_users')],
)

it('draws own collections and the relations between them', () => {
  const { boxes, lines } = diagram(model)
  expect(boxes.map((each) => each.name).sort()).toEqual(['a', 'b', 'c', 'd', 'e'])
  expect(lines.map((each) => each.id).sort()).toEqual(['a.b_id.b', 'a.item.c', 'a.item.d', 'e.self.e'])
  expect(boxes.find((each) => each.name === 'a')?.fields).toEqual(['id', 'b_id', 'item', 'user'])
})
it('lets no two boxes touch', () => {
  const { boxes, width, height } = diagram(model)
  for (const one of boxes) for (const other of boxes) {
    if (one === other) continue
    const apart = Math.abs(one.x - other.x) >= BOX.width || one.y + one.height <= other.y || other.y + other.height <= one.y
    expect(apart, `${one.name} ${other.name}`).toBe(true)
  }
  expect(boxes.every((each) => each.x + BOX.width <= width && each.y + each.height <= height)).toBe(true)
})
it('is empty for an empty model', () => expect(diagram(makeModel([], [], [])).boxes).toEqual([]))
