import { describe, expect, it } from 'vitest'
import { bars, curve, latencySince, observed, quantile, sampleOf, type Figures } from './figures'

const latency = { bounds: [0.001, 0.01, 0.1], counts: [8, 1, 1, 0], seconds: 0.1 }
const figures = (part: Partial<Figures>): Figures => ({
  connections: { websocket: 1, sse: 0 }, subscriptions: 1, views: 1, commits: 0, changes: 0, matches: 0, asks: 0, encodings: 0, deliveries: 0,
  delivered_bytes: 0, slow_closes: 0, behind: 0, channels: 0, channel_members: 0, outbox: { bytes: 0, most: 0, waiting: 0 }, latency, ...part,
})

describe('samples', () => {
  it('are what happened per second', () => {
    const sample = sampleOf(figures({ commits: 10 }), figures({ commits: 30, deliveries: 4, outbox: { bytes: 7, most: 7, waiting: 1 } }), 2, 5)
    expect(sample).toMatchObject({ at: 5, commits: 10, deliveries: 2, outbox: 7 })
  })
  it('are not known when the server began anew, or no time has passed', () => {
    expect(sampleOf(figures({ commits: 10 }), figures({ commits: 3 }), 1, 0)).toBeNull()
    expect(sampleOf(figures({}), figures({}), 0, 0)).toBeNull()
  })
})
describe('delays', () => {
  it('are told by quantiles within their bucket', () => {
    expect(quantile(latency, 0.5)).toBeCloseTo(0.000625)
    expect(quantile(latency, 0.9)).toBeCloseTo(0.01)
    expect(quantile({ ...latency, counts: [0, 0, 0, 2] }, 0.5)).toBe(0.1)
    expect(quantile({ ...latency, counts: [0, 0, 0, 0] }, 0.5)).toBeNull()
  })
  it('can be those of the last moments only', () => {
    const since = latencySince(latency, { ...latency, counts: [9, 1, 3, 0] })
    expect(since.counts).toEqual([1, 0, 2, 0])
    expect(observed(since)).toBe(3)
  })
  it('become bars', () => {
    expect(bars(latency)[0]).toEqual({ upTo: 0.001, count: 8, height: 1 })
    expect(bars(latency)[3]).toEqual({ upTo: null, count: 0, height: 0 })
  })
})
it('draws the newest value at the right edge', () => {
  expect(curve([0, 2], 3, 100, 10)).toBe('50,10 100,0')
  expect(curve([], 3, 100, 10)).toBe('')
})
