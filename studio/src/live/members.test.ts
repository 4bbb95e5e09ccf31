import { expect, it } from 'vitest'
import { initials, nobody, people, roomAfter, type Member } from './members'

const ann: Member = { id: 'a', user: 'u1', state: { name: 'Ann', editing: false } }
const bo: Member = { id: 'b', user: 'u2', state: { name: 'Bo', editing: true } }
const frame = (event: string, part: object) => ({ type: 'channel', channel: 'x/1', event, ...part })
const joined = roomAfter(nobody(), 'x/1', frame('join', { id: 'me', members: [{ id: 'me', user: 'u0', state: null }, ann] }))

it('begins with those who are there, oneself left out', () => {
  expect(joined).toEqual({ self: 'me', members: [ann] })
})
it('follows who comes, changes and goes', () => {
  const two = roomAfter(joined, 'x/1', frame('joined', { member: bo }))
  expect(two.members).toEqual([ann, bo])
  const changed = roomAfter(two, 'x/1', frame('changed', { member: { ...ann, state: null } }))
  expect(changed.members.find((each) => each.id === 'a')?.state).toBeNull()
  expect(roomAfter(changed, 'x/1', frame('left', { member: { id: 'b', user: 'u2' } })).members).toHaveLength(1)
  expect(roomAfter(changed, 'x/1', frame('closed', { error: {} }))).toEqual(nobody())
})
it('leaves the room alone for other channels and kinds of frame', () => {
  expect(roomAfter(joined, 'x/2', frame('joined', { member: bo }))).toBe(joined)
  expect(roomAfter(joined, 'x/1', { type: 'subscription', event: 'init' })).toBe(joined)
  expect(roomAfter(joined, 'x/1', frame('message', { from: {}, data: 1 }))).toBe(joined)
})
it('shows each person once, by the name that the server knows', () => {
  const twice = [ann, { ...ann, id: 'a2', state: { name: 'Forged', editing: true } }, { id: 'c', user: null, state: 'odd' }]
  expect(people(twice, (user) => (user === 'u1' ? 'Ann Lee' : undefined))).toEqual([
    { id: 'c', user: null, name: '', editing: false }, { id: 'u1', user: 'u1', name: 'Ann Lee', editing: true },
  ])
})
it('makes letters of names', () => {
  expect(['Ann Lee', 'ann@example.com', 'Émile', ''].map(initials)).toEqual(['AL', 'AE', 'É', ''])
})
