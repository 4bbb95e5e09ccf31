import { expect, it } from 'vitest'
import { lineage } from '@/model/parents'
import { policyName } from './names'
import { newToken } from './token'
import { possibleParents, roleTree, type Role } from './tree'

const role = (id: string, parent: string | null): Role => ({ id, name: id, description: null, parent })

it('orders roles below their parents', () => {
  expect(roleTree([role('c', 'b'), role('b', 'a'), role('z', null), role('a', null)]).map((each) => [each.id, each.depth])).toEqual([['a', 0], ['b', 1], ['c', 2], ['z', 0]])
})
it('shows every role even when parents are missing or go in a circle', () => {
  expect(roleTree([role('a', 'b'), role('b', 'a'), role('c', 'gone')]).map((each) => each.id).sort()).toEqual(['a', 'b', 'c'])
})
it('offers no parent that would make a circle', () => {
  expect(possibleParents([role('a', null), role('b', 'a'), role('c', 'b'), role('d', null)], 'a').map((each) => each.id)).toEqual(['d'])
})
it('finds the roles above a role, the nearest first', () => {
  const ids = (id: string | null, ...roles: Role[]): string[] => lineage(roles, id).map((each) => each.id)
  expect(ids('c', role('a', null), role('b', 'a'), role('c', 'b'), role('d', 'c'))).toEqual(['c', 'b', 'a'])
  expect(ids('a', role('a', 'b'), role('b', 'a'))).toEqual(['a', 'b'])
  expect(ids('a', role('a', 'gone'))).toEqual(['a'])
  expect(ids(null, role('a', null))).toEqual([])
})
it('makes tokens that differ and fit into an address', () => {
  expect(newToken()).toMatch(/^[\w-]{32}$/)
  expect(newToken()).not.toBe(newToken())
})
it('names built-in policies', () => expect([policyName({ name: '$t:public_label' }), policyName({ name: 'Chat' }), policyName(null)]).toEqual(['Public', 'Chat', 'Without a name']))
