import { expect, it } from 'vitest'
import { applyEvent } from './events'

const rows = [{ id: 1, text: 'a', by: { name: 'Bo' } }, { id: 2, text: 'b' }]

it('patches a shown row and keeps what the event does not tell', () => {
  const { rows: after, touched } = applyEvent(rows, 'id', { event: 'update', data: [{ id: 1, text: 'x' }] })
  expect(after[0]).toEqual({ id: 1, text: 'x', by: { name: 'Bo' } })
  expect(touched).toEqual(['1'])
})
it('takes deleted rows away, whatever the type of the key', () => {
  expect(applyEvent(rows, 'id', { event: 'delete', data: ['2'] }).rows).toHaveLength(1)
})
it('leaves the list alone for rows that are not shown, and marks new ones', () => {
  expect(applyEvent(rows, 'id', { event: 'update', data: [{ id: 9 }] })).toEqual({ rows, touched: [] })
  expect(applyEvent(rows, 'id', { event: 'create', data: [{ id: 9 }] })).toEqual({ rows, touched: ['9'] })
})
it('takes all rows over at the beginning, and draws nothing twice', () => {
  expect(applyEvent(rows, 'id', { event: 'init', data: [{ ...rows[0] }, { ...rows[1] }] }).rows).toBe(rows)
  const after = applyEvent(rows, 'id', { event: 'init', data: [{ id: 3 }, { ...rows[0] }] })
  expect(after).toEqual({ rows: [{ id: 3 }, rows[0]], touched: ['3'] })
  expect(after.rows[1]).toBe(rows[0])
})
