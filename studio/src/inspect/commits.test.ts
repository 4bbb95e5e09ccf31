import { expect, it } from 'vitest'
import { eventReader, fieldChanges, kept, type Commit, type RowChange } from './commits'

const change = (part: Partial<RowChange>): RowChange => ({ collection: 'a', key: 1, kind: 'update', before: null, after: null, ...part })
const commit = (position: string): Commit => ({ position, at: null, total: 0, changes: [] })

it('reads events in whatever pieces they come', () => {
  const read = eventReader()
  expect(read(': hello\n\nevent: com')).toEqual([])
  expect(read('mit\nid: x.1\ndata: {"a":\ndata: 1}\n')).toEqual([])
  expect(read('\nevent: error\ndata: {}\n\n')).toEqual([{ event: 'commit', id: 'x.1', data: '{"a":\n1}' }, { event: 'error', id: '', data: '{}' }])
})
it('tells of an update what is different', () => {
  expect(fieldChanges(change({ before: { id: 1, text: 'a', tags: [1] }, after: { id: 1, text: 'b', tags: [1] } }))).toEqual([{ field: 'text', before: 'a', after: 'b' }])
})
it('tells of a new or deleted row what it has', () => {
  expect(fieldChanges(change({ kind: 'create', after: { id: 1, text: null } }))).toEqual([{ field: 'id', before: undefined, after: 1 }])
  expect(fieldChanges(change({ kind: 'delete', before: { id: 1 } }))).toEqual([{ field: 'id', before: 1, after: undefined }])
})
it('keeps the newest first, and no more than asked', () => {
  const list = kept([commit('1')], [commit('2'), commit('3'), commit('4')], 3)
  expect(list.map((each) => each.position)).toEqual(['4', '3', '2'])
})
