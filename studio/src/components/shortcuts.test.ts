// @vitest-environment happy-dom
import { expect, it } from 'vitest'
import { session } from '@/api/session'
import { GENERAL, keysOf, ways } from './shortcuts'

it('reads keys together and keys in a row', () => {
  expect(keysOf('meta_s')).toEqual(['meta', 'S'])
  expect(keysOf('g-c')).toEqual(['G', 'C'])
  expect(keysOf('?')).toEqual(['?'])
})
it('leads only where one may go, each by keys of its own', () => {
  session.admin = false
  expect(ways().map((each) => each.label)).toContain('Content')
  expect(ways().map((each) => each.label)).not.toContain('Users')
  session.admin = true
  const keys = [...ways(), ...GENERAL].map((each) => each.keys)
  expect(new Set(keys).size).toBe(keys.length)
})
