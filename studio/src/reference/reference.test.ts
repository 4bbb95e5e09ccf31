import { expect, it } from 'vitest'
import { grouped, kindOf, merged, operations, sample, type Document } from './document'
import { addressed, curl, javascript, python } from './snippets'

const document = {
  info: { title: 'Library', version: '1' },
  paths: {
    '/auth/login': { post: { operationId: 'login', tags: ['Auth'], summary: 'Login', requestBody: { content: { 'application/json': { schema: { type: 'object', properties: { email: { type: 'string' } }, required: ['email'] } } } }, responses: { 200: { $ref: '#/components/responses/Answer' } } } },
    '/items/books': { get: { operationId: 'readBooks', tags: ['books'], summary: 'List items', parameters: [{ $ref: '#/components/parameters/Limit' }], responses: { 200: { content: { 'application/json': { schema: { type: 'object' } } } } } } },
    '/items/books/{key}': {
      parameters: [{ name: 'key', in: 'path', required: true, schema: { type: 'integer' } }],
      patch: { operationId: 'updateBook', tags: ['books'], summary: 'Change one item', requestBody: { content: { 'application/json': { schema: { allOf: [{ $ref: '#/components/schemas/Books' }, { required: ['title'] }] } } } }, responses: { 204: {} } },
    },
  },
  components: {
    schemas: { Books: { type: 'object', properties: { id: { type: 'integer' }, title: { type: 'string' }, author: { anyOf: [{ type: 'integer' }, { $ref: '#/components/schemas/Books' }] } } } },
    parameters: { Limit: { name: 'limit', in: 'query', schema: { type: 'integer' } } },
    responses: { Answer: { content: { 'application/json': { schema: { type: 'object' } } } } },
  },
} as unknown as Document
const list = operations(document)
const change = list.find((each) => each.id === 'updateBook')!
const read = list.find((each) => each.id === 'readBooks')!

it('finds every operation with what it takes and gives', () => {
  expect(list.map((each) => each.method)).toEqual(['POST', 'GET', 'PATCH'])
  expect(read.parameters.map((each) => each.name)).toEqual(['limit'])
  expect(change.parameters.map((each) => each.in)).toEqual(['path'])
  expect(list[0]!.answer).toEqual({ type: 'object' })
  expect(change.answer).toBeNull()
})
it('puts items first and finds by words', () => {
  expect(grouped(list).map((each) => each.tag)).toEqual(['books', 'Auth'])
  expect(grouped(list, 'patch ITEM').flatMap((each) => each.operations).map((each) => each.id)).toEqual(['updateBook'])
  expect(grouped(list, 'nothing')).toEqual([])
})
it('tells shapes in words and by a sample', () => {
  expect(merged(document, change.body!).required).toEqual(['title'])
  expect(sample(document, change.body!)).toEqual({ title: '' })
  expect(sample(document, { $ref: '#/components/schemas/Books' })).toEqual({ title: '', author: 1 })
  expect(kindOf(document, { type: 'array', items: { $ref: '#/components/schemas/Books' } })).toBe('Books[]')
  expect(kindOf(document, { anyOf: [{ type: 'string', format: 'uuid' }, { $ref: '#/components/schemas/Books' }] })).toBe('string (uuid) | Books')
})
it('fills in the address', () => {
  expect(addressed({ operation: change, values: { key: 'a/b' } })).toEqual({ path: '/items/books/a%2Fb', query: {} })
  expect(addressed({ operation: read, values: { limit: '5', sort: 'x' } })).toEqual({ path: '/items/books', query: { limit: '5' } })
  expect(addressed({ operation: change, values: {} }).path).toBe('/items/books/{key}')
})
it('writes what can be pasted', () => {
  const asked = { server: 'http://h/x', operation: change, values: { key: '1' }, body: `{"title": "it's", "done": true, "of": "true"}` }
  expect(curl(asked)).toBe(`curl -X PATCH 'http://h/x/items/books/1' \\\n  -H 'Authorization: Bearer TOKEN' \\\n  -H 'Content-Type: application/json' \\\n  -d '{"title": "it'\\''s", "done": true, "of": "true"}'`)
  expect(javascript(asked)).toContain(`path: "/items/books/1"`)
  expect(python(asked)).toContain(`json={"title": "it's", "done": True, "of": "true"}`)
  expect(curl({ ...asked, operation: read, values: { limit: '5' }, body: null })).toContain('/items/books?limit=5')
})
