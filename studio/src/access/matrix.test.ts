import { describe, expect, it } from 'vitest'
import { describe as words, edit, full, level, matrix, rowEdits, type Permission } from './matrix'

const whole = (action: Permission['action'], id: number): Permission => ({ ...full('p', 'notes', action), id })
const own: Permission = { ...whole('update', 7), permissions: { owner: { _eq: '$CURRENT_USER' } }, fields: ['text'] }

describe('level', () => {
  it('knows none, all and custom', () => {
    expect(level(undefined)).toBe('none')
    expect(level(whole('read', 1))).toBe('all')
    expect(level({ ...whole('read', 1), permissions: null, validation: null, fields: ['*'] })).toBe('all')
    expect(level(own)).toBe('custom')
    expect(level({ ...whole('read', 1), fields: [] })).toBe('custom')
    expect(level({ ...whole('create', 1), presets: { status: 'draft' } })).toBe('custom')
  })
})

describe('edit', () => {
  it('creates, changes, deletes, or does nothing', () => {
    expect(edit(undefined, full('p', 'notes', 'read'))).toEqual({ do: 'create', body: full('p', 'notes', 'read') })
    expect(edit(own, null)).toEqual({ do: 'delete', id: 7 })
    expect(edit(own, { ...own, fields: ['*'] })).toMatchObject({ do: 'update', id: 7, body: { fields: ['*'] } })
    expect(edit(own, { ...own })).toBeNull()
    expect(edit(undefined, null)).toBeNull()
  })
})

describe('rowEdits', () => {
  const row = { read: whole('read', 1), update: own }
  it('to all: makes the missing, widens the custom, leaves the whole', () => {
    expect(rowEdits('p', 'notes', row, 'all').map((each) => each.do)).toEqual(['create', 'update', 'create', 'create'])
  })
  it('to none: deletes what is there', () => {
    expect(rowEdits('p', 'notes', row, 'none')).toEqual([{ do: 'delete', id: 1 }, { do: 'delete', id: 7 }])
  })
})

describe('matrix', () => {
  it('puts permissions in rows and columns', () => {
    const rows = matrix([whole('read', 1), own])
    expect(rows.get('notes')?.update?.id).toBe(7)
    expect(rows.get('notes')?.delete).toBeUndefined()
  })
  it('is said in words', () => {
    expect(words(own)).toBe('Custom: rows by rule, 1 field')
    expect(words(whole('read', 1))).toBe('Full access')
    expect(words(undefined)).toBe('No access')
  })
})
