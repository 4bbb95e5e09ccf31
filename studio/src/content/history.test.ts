import { expect, it } from 'vitest'
import { changesOf, shown, type Revision } from './history'

const revision = (id: number, data: object, delta: object) => ({ id, data, delta }) as unknown as Revision

it('tells what a revision changed', () => {
  const first = revision(1, { a: 1, b: 2 }, { a: 1, b: 2 })
  const second = revision(2, { a: 1, b: 3 }, { a: 1, b: 3 })
  expect(changesOf(second, first)).toEqual([{ field: 'b', before: 2, after: 3 }])
  expect(changesOf(first, undefined)).toHaveLength(2)
})
it('shows values in one line', () => expect([shown(null), shown({ a: 1 }), shown(false)]).toEqual(['—', '{"a":1}', 'false']))
