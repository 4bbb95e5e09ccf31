import { describe, expect, it } from 'vitest'
import { emptyGroup, fromJson, newRule, ruleCount, toJson, type Group } from './filter'
import { OPERATORS, operatorsFor } from './operators'

const kinds: Record<string, string> = { age: 'number', name: 'text', live: 'boolean', at: 'moment', place: 'geometry' }
const kindOf = (path: string[]): string => kinds[path.at(-1)!] ?? 'text'
const group = (...children: Group['children']): Group => ({ ...emptyGroup(), children })
const rule = (path: string, op: string, ...values: string[]) => ({ ...newRule(path.split('.'), op), values })

describe('toJson', () => {
  it('is null without complete rules', () => {
    expect(toJson(emptyGroup(), kindOf)).toBeNull()
    expect(toJson(group(rule('age', '_eq', ''), emptyGroup('_or')), kindOf)).toBeNull()
    expect(toJson(group(rule('age', '_between', '1', '')), kindOf)).toBeNull()
    expect(toJson(group(rule('at', '_lt', '2026-0'), rule('age', '_eq', '1-'), rule('at', '_lt', '$NO')), kindOf)).toEqual({ _and: [{ at: { _lt: '$NO' } }] })
  })

  it('gives values the type of their column', () => {
    const filter = group(rule('age', '_gt', '3'), rule('live', '_eq', 'true'), rule('name', '_eq', '3'), rule('age', '_in', '1', '2', ''))
    expect(toJson(filter, kindOf)).toEqual({
      _and: [{ age: { _gt: 3 } }, { live: { _eq: true } }, { name: { _eq: '3' } }, { age: { _in: [1, 2] } }],
    })
  })

  it('keeps variables and numbers beyond a double as text', () => {
    expect(toJson(group(rule('age', '_lt', '$NOW'), rule('age', '_eq', '9007199254740993')), kindOf)).toEqual({
      _and: [{ age: { _lt: '$NOW' } }, { age: { _eq: '9007199254740993' } }],
    })
  })

  it('goes through relations and quantifiers', () => {
    const some = { ...rule('comments.age', '_null'), quantifier: '_some' as const }
    expect(toJson(group(rule('author.name', '_eq', 'Bo'), some), kindOf)).toEqual({
      _and: [{ author: { name: { _eq: 'Bo' } } }, { comments: { _some: { age: { _null: true } } } }],
    })
  })

  it('nests groups', () => {
    const inner = { ...emptyGroup('_or'), children: [rule('age', '_eq', '1'), rule('age', '_eq', '2')] }
    expect(toJson(group(inner), kindOf)).toEqual({ _and: [{ _or: [{ age: { _eq: 1 } }, { age: { _eq: 2 } }] }] })
  })
})

describe('fromJson', () => {
  it.each([
    { _and: [{ age: { _gt: 3 } }, { _or: [{ name: { _contains: 'x' } }, { live: { _eq: false } }] }] },
    { _and: [{ author: { name: { _eq: 'Bo' } } }, { comments: { _none: { age: { _between: [1, 5] } } } }] },
    { _or: [{ age: { _null: true } }, { _and: [{ age: { _gt: 1 } }, { age: { _lt: 9 } }] }] },
    { _and: [{ place: { _intersects: { type: 'Point', coordinates: [1, 2] } } }] },
  ])('gives back what it read: %j', (filter) => {
    expect(toJson(fromJson(filter)!, kindOf)).toEqual(filter)
  })

  it('reads several conditions of one object as all of them', () => {
    expect(toJson(fromJson({ age: { _gt: 1, _lt: 9 }, name: { _eq: 'a' } })!, kindOf)).toEqual({
      _and: [{ age: { _gt: 1 } }, { age: { _lt: 9 } }, { name: { _eq: 'a' } }],
    })
  })

  it('keeps alternatives apart that hold several conditions', () => {
    expect(toJson(fromJson({ _or: [{ age: { _gt: 1, _lt: 9 } }, { age: { _eq: 20 } }] })!, kindOf)).toEqual({
      _or: [{ _and: [{ age: { _gt: 1 } }, { age: { _lt: 9 } }] }, { age: { _eq: 20 } }],
    })
  })

  it.each([{ age: 3 }, { age: { _unheard: 1 } }, { _and: {} }, { age: { _null: false } }, { a: { _eq: { $FOLLOW: 1 } } }])(
    'declines what it cannot show: %j', (filter) => expect(fromJson(filter as never)).toBeNull(),
  )

  it('is empty for no filter', () => expect(ruleCount(fromJson(null)!)).toBe(0))
})

describe('operators', () => {
  it('fit the kind of the field', () => {
    expect(operatorsFor('boolean').map((each) => each.id)).toEqual(['_eq', '_neq', '_null', '_nnull'])
    expect(operatorsFor('number').map((each) => each.id)).not.toContain('_contains')
  })
  it('of what nobody is shown ask only whether it is there', () => {
    expect(operatorsFor('secret').map((each) => each.id)).toEqual(['_null', '_nnull', '_empty', '_nempty'])
  })
  it('are each offered for some kind', () => expect(OPERATORS.every((each) => each.kinds.length > 0)).toBe(true))
})

describe('operators of what is being written', () => {
  it('know patterns, those of stored rows do not', () => {
    expect(operatorsFor('text').map((each) => each.id)).not.toContain('_regex')
    expect(operatorsFor('text', true).map((each) => each.id)).toContain('_regex')
  })
})
