import { describe, expect, it } from 'vitest'
import { BOX, diagram, type Diagram } from './diagram'
import { makeModel, type Model } from './model'
import { path, type Point } from './routes'
import type { Field, Relation } from './types'

const names = ['a', 'b', 'c', 'd', 'e', 'directus_users']
const key = (collection: string) => ({ collection, field: 'id', type: 'integer', meta: null, schema: { is_primary_key: true } }) as unknown as Field
const relation = (collection: string, field: string, related: string | null, allowed: string[] | null = null) =>
  ({ collection, field, related_collection: related, meta: { one_allowed_collections: allowed }, schema: null }) as unknown as Relation
const of = (tables: string[], relations: Relation[]): Model =>
  makeModel(tables.map((collection) => ({ collection, meta: null, schema: { name: collection } })), tables.map(key), relations)
const model = of(names, [relation('a', 'b_id', 'b'), relation('a', 'item', null, ['c', 'd']), relation('e', 'self', 'e'), relation('a', 'user', 'directus_users')])

/** A model of many collections: some hubs, some chains, some that point to themselves. */
function large(count: number, seed: number): Model {
  let state = seed
  const any = (below: number): number => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) % below
  const tables = Array.from({ length: count }, (_, index) => `t${index}`)
  const relations = tables.flatMap((name, index) => [
    ...(index % 3 ? [relation(name, 'hub', `t${any(3)}`)] : []), relation(name, 'other', `t${any(count)}`), ...(index % 5 ? [] : [relation(name, 'any', null, [`t${any(count)}`, 't1'])]),
  ])
  return of([...tables, 'alone'], relations)
}
const pieces = (points: readonly Point[]): [Point, Point][] => points.slice(1).map((each, index) => [points[index]!, each])
const low = (one: number, other: number, at: 'min' | 'max'): number => Math[at](one, other)

function behind({ boxes, lines }: Diagram): string[] {
  return lines.flatMap((line) => pieces(line.points).flatMap(([[x1, y1], [x2, y2]]) => boxes
    .filter((box) => low(x1, x2, 'min') < box.x + BOX.width && low(x1, x2, 'max') > box.x && low(y1, y2, 'min') < box.y + box.height && low(y1, y2, 'max') > box.y)
    .map((box) => `${line.id} behind ${box.name}`)))
}

/** Pieces of lines with different ends that lie on each other, so that nobody could tell them apart. */
function shared({ lines }: Diagram): string[] {
  const all = lines.flatMap((line) => pieces(line.points).map(([one, other]) => ({ line, one, other, upright: one[0] === other[0] })))
  return all.flatMap((left, index) => all.slice(index + 1).filter((right) => {
    if (left.upright !== right.upright || left.line.to === right.line.to || (left.line.from === right.line.from && left.line.field === right.line.field)) return false
    const [fixed, along] = left.upright ? [0, 1] as const : [1, 0] as const
    const touch = Math.min(Math.max(left.one[along], left.other[along]), Math.max(right.one[along], right.other[along]))
      - Math.max(Math.min(left.one[along], left.other[along]), Math.min(right.one[along], right.other[along]))
    return left.one[fixed] === right.one[fixed] && touch > 0.5
  }).map((right) => `${left.line.id} on ${right.line.id}`))
}

it('draws own collections and the relations between them', () => {
  const { boxes, lines } = diagram(model)
  expect(boxes.map((each) => each.name).sort()).toEqual(['a', 'b', 'c', 'd', 'e'])
  expect(lines.map((each) => each.id).sort()).toEqual(['a.b_id.b', 'a.item.c', 'a.item.d', 'e.self.e'])
  expect(boxes.find((each) => each.name === 'a')?.fields).toEqual(['id', 'b_id', 'item', 'user'])
})
it('is empty for an empty model', () => expect(diagram(of([], [])).boxes).toEqual([]))

describe.each([['five', model], ['thirty', large(30, 1)], ['thirty others', large(30, 7)], ['a hundred', large(100, 3)]])('with %s collections', (_, many) => {
  const picture = diagram(many)
  it('lets no two boxes touch, and all of them be in the picture', () => {
    for (const one of picture.boxes) for (const other of picture.boxes) {
      if (one === other) continue
      const apart = Math.abs(one.x - other.x) >= BOX.width || one.y + one.height <= other.y || other.y + other.height <= one.y
      expect(apart, `${one.name} ${other.name}`).toBe(true)
    }
    expect(picture.boxes.every((each) => each.x >= 0 && each.y >= 0 && each.x + BOX.width <= picture.width && each.y + each.height <= picture.height)).toBe(true)
  })
  it('leads no line behind a box', () => expect(behind(picture)).toEqual([]))
  it('draws lines at right angles only, inside the picture', () => {
    const points = picture.lines.flatMap((each) => each.points)
    expect(picture.lines.flatMap((each) => pieces(each.points)).every(([one, other]) => one[0] === other[0] || one[1] === other[1])).toBe(true)
    expect(points.every(([x, y]) => x >= 0 && y >= 0 && x <= picture.width && y <= picture.height)).toBe(true)
  })
  it('lays lines with different ends beside each other', () => expect(shared(picture)).toEqual([]))
  it('starts at the row of the field and ends at a side of the other box', () => {
    for (const { points, from, to, field } of picture.lines) {
      const [start, end] = [picture.boxes.find((each) => each.name === from)!, picture.boxes.find((each) => each.name === to)!]
      const row = start.y + BOX.head + start.fields.indexOf(field) * BOX.row
      expect(points[0]![1] > row && points[0]![1] < row + BOX.row).toBe(true)
      expect([end.x, end.x + BOX.width]).toContain(points.at(-1)![0])
      expect(points.at(-1)![1] > end.y && points.at(-1)![1] < end.y + BOX.head).toBe(true)
    }
  })
})
it('puts what is related near, and draws 300 collections in a moment', () => {
  const chain = of(Array.from({ length: 9 }, (_, index) => `c${index}`), Array.from({ length: 8 }, (_, index) => relation(`c${index}`, 'next', `c${index + 1}`)))
  const { boxes, lines } = diagram(chain)
  const centre = (name: string): { x: number; y: number } => boxes.find((each) => each.name === name)!
  expect(lines.every(({ from, to }) => Math.abs(centre(from).x - centre(to).x) <= 300 && Math.abs(centre(from).y - centre(to).y) <= 200)).toBe(true)
  expect(diagram(large(300, 5)).boxes).toHaveLength(301)
  const few = diagram(of(Array.from({ length: 300 }, (_, index) => `c${index}`), Array.from({ length: 8 }, (_, index) => relation(`c${index}`, 'next', `c${index + 1}`))))
  expect(few.boxes.filter((each) => /^c[0-8]$/.test(each.name)).every((each) => each.x < 900 && each.y < 500)).toBe(true)
})
it('rounds corners', () => {
  expect(path([[0, 0], [20, 0], [20, 20]])).toBe('M 0 0 L 14 0 Q 20 0 20 6 L 20 20')
})
