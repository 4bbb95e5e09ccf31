import { expect, it } from 'vitest'
import { makeModel } from '@/model/model'
import type { Field, Relation } from '@/model/types'
import { bytes } from './bytes'
import { faceOf, paintable, words } from './face'
import { textDiff } from './textDiff'

const field = (name: string, type: string, meta: object = {}): Field => ({ collection: 'a', field: name, type, meta, schema: {} }) as unknown as Field
const relation = { collection: 'a', field: 'who', related_collection: 'b', meta: { one_field: 'as', junction_field: null }, schema: {} } as unknown as Relation
const model = makeModel([], [], [relation])

it('gives each kind of field its face', () => {
  const of = (name: string, type: string, meta: object = {}) => faceOf(model, field(name, type, meta))
  expect([of('x', 'boolean'), of('x', 'json'), of('x', 'csv'), of('x', 'hash'), of('x', 'timestamp'), of('x', 'integer'), of('x', 'string')])
    .toEqual(['flag', 'json', 'tags', 'secret', 'moment', 'number', 'plain'])
  expect(of('x', 'json', { interface: 'tags' })).toBe('tags')
  expect(of('x', 'string', { interface: 'select-color' })).toBe('color')
  expect(of('x', 'string', { options: { choices: [{ text: 'A', value: 'a' }] } })).toBe('choice')
  expect(of('who', 'integer')).toBe('link')
  expect(of('who', 'uuid', { interface: 'file-image' })).toBe('image')
  expect(faceOf(model, { ...field('as', 'alias'), collection: 'b' })).toBe('count')
})
it('puts lists into words and paints only colours', () => {
  expect(words(['a', 'z', { b: 1 }], [{ text: 'Alpha', value: 'a' }])).toEqual(['Alpha', 'z', '{"b":1}'])
  expect(words('a,b', [])).toEqual(['a', 'b'])
  expect([paintable('#0f7'), paintable('red;x:url(a)'), paintable(3)]).toEqual(['#0f7', null, null])
})
it('tells what changed in a text', () => {
  expect(textDiff('the old house stands', 'the new house stands here')).toEqual([
    { way: 'same', text: 'the ' }, { way: 'gone', text: 'old' }, { way: 'new', text: 'new' }, { way: 'same', text: ' house stands' }, { way: 'new', text: ' here' },
  ])
  expect(textDiff('', 'a')).toEqual([{ way: 'new', text: 'a' }])
  expect(textDiff('a '.repeat(700), 'b')).toBeNull()
})
it('writes sizes as people do', () => expect([bytes(0), bytes(999), bytes('1500'), bytes(2_400_000)]).toEqual(['', '999 B', '1.5 kB', '2.4 MB']))
