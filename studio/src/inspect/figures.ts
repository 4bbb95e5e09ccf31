// The server's counts as rates, and its delays as quantiles. Pure.

export interface Figures {
  connections: { websocket: number; sse: number }
  subscriptions: number
  views: number
  commits: number
  changes: number
  matches: number
  asks: number
  encodings: number
  deliveries: number
  delivered_bytes: number
  slow_closes: number
  behind: number
  channels: number
  channel_members: number
  outbox: { bytes: number; most: number; waiting: number }
  latency: Latency
}

/** `counts`: how many took at most each of the `bounds` in seconds and longer than the one before; the last for those above all. */
export interface Latency {
  bounds: number[]
  counts: number[]
  seconds: number
}

export const COUNTED = ['commits', 'changes', 'matches', 'asks', 'encodings', 'deliveries', 'delivered_bytes'] as const
export type Counted = (typeof COUNTED)[number]

/** Per second, and what waited at its end. `at` in milliseconds. */
export interface Sample extends Record<Counted, number> {
  at: number
  outbox: number
}

/** What happened between two readings. A server that began anew has smaller counts: then nothing is known. */
export function sampleOf(before: Figures, after: Figures, seconds: number, at: number): Sample | null {
  if (seconds <= 0 || COUNTED.some((each) => after[each] < before[each])) return null
  const rates = Object.fromEntries(COUNTED.map((each) => [each, (after[each] - before[each]) / seconds])) as Record<Counted, number>
  return { ...rates, at, outbox: after.outbox.bytes }
}

/** Delays that were counted after `before`. */
export function latencySince(before: Latency, after: Latency): Latency {
  const counts = after.counts.map((each, index) => Math.max(0, each - (before.counts[index] ?? 0)))
  return { bounds: after.bounds, counts, seconds: Math.max(0, after.seconds - before.seconds) }
}

export const observed = ({ counts }: Latency): number => counts.reduce((sum, each) => sum + each, 0)

/** Seconds that the share `part` of all stays below, as exact as the buckets are; null when nothing was counted. */
export function quantile(latency: Latency, part: number): number | null {
  const total = observed(latency)
  if (total === 0) return null
  let seen = 0
  for (const [index, count] of latency.counts.entries()) {
    const from = index === 0 ? 0 : latency.bounds[index - 1]!
    const to = latency.bounds[index] ?? from
    if (count > 0 && seen + count >= part * total) return from + (to - from) * ((part * total - seen) / count)
    seen += count
  }
  return latency.bounds.at(-1) ?? null
}

export interface Bar {
  /** Seconds; null: longer than all bounds. */
  upTo: number | null
  count: number
  /** 0 … 1 of the highest. */
  height: number
}

export function bars({ bounds, counts }: Latency): Bar[] {
  const highest = Math.max(1, ...counts)
  return counts.map((count, index) => ({ upTo: bounds[index] ?? null, count, height: count / highest }))
}

/** A curve of the values in a box, for an SVG `points`; the newest at the right edge, places for `room` values. */
export function curve(values: readonly number[], room: number, width: number, height: number): string {
  const highest = Math.max(1e-9, ...values)
  const step = width / Math.max(1, room - 1)
  const from = width - step * (values.length - 1)
  return values.map((value, index) => `${round(from + step * index)},${round(height - (value / highest) * height)}`).join(' ')
}

const round = (value: number): number => Math.round(value * 10) / 10
