import { expect, it } from 'vitest'
import { fileIcon, fileKind } from './fileKind'

it('is called by the ending of its name, else by its type', () => {
  expect(fileKind({ type: 'text/plain', filename_download: 'notes.txt' })).toBe('TXT')
  expect(fileKind({ type: 'image/svg+xml', filename_download: 'drawing' })).toBe('SVG')
  expect(fileKind({ type: null, filename_download: 'no ending. At all' })).toBe('')
})
it('has a picture of its kind', () => {
  expect(fileIcon({ type: 'application/pdf' })).toBe('i-lucide-file-text')
  expect(fileIcon({ type: null })).toBe('i-lucide-file')
})
