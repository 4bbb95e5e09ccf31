import { expect, it } from 'vitest'
import { cells, importFile, records } from './importFile'

it('cuts CSV into files of their own, each with its head', () => {
  const file = importFile('a.csv', '\uFEFFid,name\r\n1,Bo\r\n\r\n2,"Cy, the ""2nd"""\r\n3,"two\nlines"\r\n', 2)
  expect(file).toMatchObject({ type: 'text/csv', columns: ['id', 'name'], rows: 3 })
  expect(file.parts.map((each) => each.rows)).toEqual([2, 1])
  expect(file.parts[1]!.text).toBe('id,name\n3,"two\nlines"')
  expect(file.sample[1]).toEqual(['2', 'Cy, the "2nd"'])
})
it('reads records and cells', () => {
  expect(records('a\n"b\nc"\n')).toEqual(['a', '"b\nc"'])
  expect(cells('a,,"",c')).toEqual(['a', '', '', 'c'])
})
it('cuts JSON', () => {
  const file = importFile('a.json', '[{"id":1},{"id":2,"tags":["x"]},{"id":3}]', 2)
  expect(file).toMatchObject({ type: 'application/json', columns: ['id', 'tags'], rows: 3 })
  expect(JSON.parse(file.parts[0]!.text)).toEqual([{ id: 1 }, { id: 2, tags: ['x'] }])
  expect(file.sample[1]).toEqual(['2', '["x"]'])
})
it('says what is wrong with a file', () => {
  expect(() => importFile('a.json', '[{', 2)).toThrow('not valid JSON')
  expect(() => importFile('a.json', '{"a":1}', 2)).toThrow('list of objects')
  expect(() => importFile('a.csv', '', 2)).toThrow('empty')
})
