import { expect, it } from 'vitest'
import { within } from '@/model/parents'
import { destinations, foldersIn, trail, type Folder } from './folders'

const all: Folder[] = [
  { id: 'p', name: 'Photos', parent: null }, { id: 'y10', name: 'Year 10', parent: 'p' }, { id: 'y9', name: 'Year 9', parent: 'p' },
  { id: 'm', name: 'May', parent: 'y9' }, { id: 'l', name: 'Letters', parent: null }, { id: 'x', name: 'Lost', parent: 'unseen' },
]
const names = (folders: Folder[]): string[] => folders.map((each) => each.name)

it('lists the folders in one, by name and number', () => {
  expect(names(foldersIn(all, null))).toEqual(['Letters', 'Lost', 'Photos'])
  expect(names(foldersIn(all, 'p'))).toEqual(['Year 9', 'Year 10'])
})
it('knows the way to a folder and what is below it', () => {
  expect(names(trail(all, 'm'))).toEqual(['Photos', 'Year 9', 'May'])
  expect(trail(all, null)).toEqual([])
  expect(within(all, 'p').sort()).toEqual(['m', 'p', 'y10', 'y9'])
})
it('offers every folder but the one that is moved and those below it', () => {
  expect(destinations(all, 'y9').map((each) => each.path)).toEqual(['Letters', 'Lost', 'Photos', 'Photos / Year 10'])
})
it('ends at folders that lie in each other', () => {
  const loop = [{ id: 'a', name: 'A', parent: 'b' }, { id: 'b', name: 'B', parent: 'a' }]
  expect(names(trail(loop, 'a'))).toEqual(['B', 'A'])
  expect(within(loop, 'a').sort()).toEqual(['a', 'b'])
})
