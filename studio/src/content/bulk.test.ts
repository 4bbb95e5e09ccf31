import { expect, it, vi } from 'vitest'
import { inParts, newProgress, parts, percent } from './bulk'
import { SPAN, STEP, windowAt } from './window'

it('cuts a list into parts', () => {
  expect(parts([1, 2, 3], 2)).toEqual([[1, 2], [3]])
  expect(parts([], 2)).toEqual([])
})
it('tells how far it is, and stops between two parts', async () => {
  const progress = newProgress(5)
  const seen: number[][] = []
  await inParts([1, 2, 3, 4, 5], 2, async (part) => { seen.push(part); progress.stopped = seen.length === 2 }, progress)
  expect(seen).toEqual([[1, 2], [3, 4]])
  expect([progress.done, percent(progress)]).toEqual([4, 80])
})
it('counts only what was done before a part failed', async () => {
  const progress = newProgress(4)
  const work = vi.fn().mockResolvedValueOnce(undefined).mockRejectedValueOnce(new Error('no'))
  await expect(inParts([1, 2, 3, 4], 2, work, progress)).rejects.toThrow('no')
  expect(progress.done).toBe(2)
})
it('asks for a window around what is seen', () => {
  expect([0, 99, 100, 250].map(windowAt)).toEqual([0, 0, 0, 100])
  for (const first of [0, 1, 99, 100, 101, 99_999]) {
    expect(windowAt(first)).toBeLessThanOrEqual(first)
    expect(windowAt(first) + SPAN).toBeGreaterThanOrEqual(first + STEP)
  }
})
