import { expect, it } from 'vitest'
import { bytes, duration, rate } from './units'

it('writes bytes, rates and durations as people say them', () => {
  expect([bytes(0), bytes(999), bytes(1500), bytes(25_300_000)]).toEqual(['0 bytes', '999 bytes', '1.5 kB', '25.3 MB'])
  expect([rate(0.25), rate(12.4), rate(1200)]).toEqual(['0.3', '12', '1,200'])
  expect([duration(0.00123), duration(0.25), duration(2.5)]).toEqual(['1.23 ms', '250 ms', '2.5 sec'])
})
