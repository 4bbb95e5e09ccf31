import { describe, expect, it } from 'vitest'
import type { FormField } from '@/model/form'
import { may, writable, type Rights } from './rights'

const rights: Rights = {
  people: { read: { access: 'full', fields: ['*'] }, update: { access: 'partial', fields: ['name'] }, create: { access: 'none' } },
}
const field = (name: string, readonly = false): FormField => ({ name, readonly }) as FormField
const open = (fields: FormField[]): string[] => fields.filter((each) => !each.readonly).map((each) => each.name)

describe('what is offered', () => {
  it('is what the server allows for some items', () => {
    expect(may(rights, 'people', 'update')).toBe(true)
    expect(may(rights, 'people', 'create')).toBe(false)
    expect(may(rights, 'people', 'delete')).toBe(false)
    expect(may(rights, 'elsewhere', 'read')).toBe(false)
  })

  it('is everything where nothing is known', () => {
    expect(may(null, 'people', 'delete')).toBe(true)
    expect(open(writable([field('name')], null, 'people', 'create'))).toEqual(['name'])
  })

  it('leaves only the fields open that may be written', () => {
    const fields = [field('id', true), field('name'), field('email')]
    expect(open(writable(fields, rights, 'people', 'update'))).toEqual(['name'])
    expect(open(writable(fields, rights, 'people', 'create'))).toEqual([])
  })
})
