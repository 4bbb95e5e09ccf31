// Lines between boxes that stand in a grid: at right angles, in the gaps between rows and columns, never behind a box. Pure.

export interface Place {
  row: number
  column: number
}

export type Point = readonly [x: number, y: number]

/** A line that is wanted. `exit` and `enter`: how far below the top of its row it leaves and comes in. */
export interface Wire {
  id: string
  from: Place
  to: Place
  exit: number
  enter: number
}

export interface Grid {
  columns: number
  /** The height of each row. */
  rows: readonly number[]
  width: number
}

export interface Layout {
  /** Where the columns and the rows begin. */
  lefts: number[]
  tops: number[]
  width: number
  height: number
  courses: Map<string, Point[]>
}

export const GAP = { wide: 56, high: 30, pad: 18, step: 8, corner: 6 }
/** To either side of the middle, so that two boxes beside each other never share a height. */
const ASIDE = 3

interface Course extends Wire {
  /** The gaps between columns in which the line leaves and comes in: `n` lies left of column `n`. */
  out: number
  into: number
  /** The gap between rows in which it crosses: `n` lies above row `n`. Null: one gap between columns is enough. */
  across: number | null
}

export function layout(grid: Grid, wires: readonly Wire[]): Layout {
  const courses = wires.map(course)
  const upright = lanes(courses.flatMap((each) => upwards(each, grid)))
  const level = lanes(courses.flatMap((each) => (each.across === null ? [] : [span(each.across, each, each.out, each.into)])))
  const wides = gaps(grid.columns, upright.counts, GAP.wide)
  const highs = gaps(grid.rows.length, level.counts, GAP.high)
  const lefts = starts(wides, Array.from({ length: grid.columns }, () => grid.width))
  const tops = starts(highs, grid.rows)
  const x = (channel: number, of: Wire): number => lane(upright, channel, of, wides, channel === 0 ? 0 : lefts[channel - 1]! + grid.width)
  const y = (channel: number, of: Wire): number => lane(level, channel, of, highs, channel === 0 ? 0 : tops[channel - 1]! + grid.rows[channel - 1]!)
  const end = ({ row, column }: Place, channel: number, down: number): Point =>
    (channel === column ? [lefts[column]!, tops[row]! + down + ASIDE] : [lefts[column]! + grid.width, tops[row]! + down - ASIDE])
  return {
    lefts, tops,
    width: lefts.reduce((most, each) => Math.max(most, each + grid.width), 0) + wides.at(-1)!,
    height: tops.reduce((most, each, row) => Math.max(most, each + grid.rows[row]!), 0) + highs.at(-1)!,
    courses: new Map(courses.map((each) => {
      const [first, last] = [end(each.from, each.out, each.exit), end(each.to, each.into, each.enter)]
      const [out, into] = [x(each.out, each), x(each.into, each)]
      const turns: Point[] = each.across === null ? [[out, first[1]], [out, last[1]]]
        : [[out, first[1]], [out, y(each.across, each)], [into, y(each.across, each)], [into, last[1]]]
      return [each.id, [first, ...turns, last]]
    })),
  }
}

/** The sides that are nearest to each other; the crossing beside the row of the end, where lines to one box come together. */
function course(wire: Wire): Course {
  const { from, to } = wire
  const [out, into] = from.column === to.column ? [from.column + 1, to.column + 1]
    : from.column < to.column ? [from.column + 1, to.column] : [from.column, to.column + 1]
  const across = out === into ? null : from.row > to.row ? to.row + 1 : to.row
  return { ...wire, out, into, across }
}

/** A piece of a line in a gap, from one place to another in any measure that keeps the order. */
interface Piece {
  channel: number
  bundle: string
  start: number
  end: number
}

const bundle = ({ to }: Wire): string => `${to.row}.${to.column}`
const span = (channel: number, wire: Wire, one: number, other: number): Piece =>
  ({ channel, bundle: bundle(wire), start: Math.min(one, other), end: Math.max(one, other) })

function upwards(course: Course, { rows }: Grid): Piece[] {
  const high = ({ row }: Place, down: number): number => row + 0.1 + (0.8 * down) / Math.max(1, rows[row]!)
  const [one, other] = [high(course.from, course.exit), high(course.to, course.enter)]
  return course.across === null ? [span(course.out, course, one, other)]
    : [span(course.out, course, one, course.across), span(course.into, course, course.across, other)]
}

interface Lanes {
  /** By gap and bundle. */
  of: Map<string, number>
  /** By gap. */
  counts: Map<number, number>
}

/** Lines to one box lie on each other; others that would touch lie beside each other. */
function lanes(pieces: readonly Piece[]): Lanes {
  const of = new Map<string, number>()
  const counts = new Map<number, number>()
  for (const [channel, own] of Map.groupBy(pieces, (each) => each.channel)) {
    const bundles = [...Map.groupBy(own, (each) => each.bundle)].map(([name, parts]) => ({
      name, start: Math.min(...parts.map((each) => each.start)), end: Math.max(...parts.map((each) => each.end)),
    })).sort((one, other) => one.start - other.start || one.end - other.end)
    const ends: number[] = []
    for (const { name, start, end } of bundles) {
      const free = ends.findIndex((each) => each < start)
      const index = free < 0 ? ends.length : free
      ends[index] = end
      of.set(`${channel} ${name}`, index)
    }
    counts.set(channel, ends.length)
  }
  return { of, counts }
}

const gaps = (between: number, counts: ReadonlyMap<number, number>, least: number): number[] =>
  Array.from({ length: between + 1 }, (_, index) => {
    const count = counts.get(index) ?? 0
    return count === 0 && (index === 0 || index === between) ? GAP.pad : Math.max(least, 2 * GAP.pad + (count - 1) * GAP.step)
  })

function starts(before: readonly number[], sizes: readonly number[]): number[] {
  let at = 0
  return sizes.map((size, index) => {
    const start = at + before[index]!
    at = start + size
    return start
  })
}

function lane({ of, counts }: Lanes, channel: number, wire: Wire, sizes: readonly number[], start: number): number {
  const index = of.get(`${channel} ${bundle(wire)}`) ?? 0
  return start + (sizes[channel]! - ((counts.get(channel) ?? 1) - 1) * GAP.step) / 2 + index * GAP.step
}

/** As the path of a picture, its corners round. */
export function path(points: readonly Point[]): string {
  const corners = points.filter((each, index) => index === 0 || each[0] !== points[index - 1]![0] || each[1] !== points[index - 1]![1])
  const parts = corners.slice(1, -1).map((corner, index) => {
    const [before, after] = [towards(corner, corners[index]!), towards(corner, corners[index + 2]!)]
    return `L ${before.join(' ')} Q ${corner.join(' ')} ${after.join(' ')}`
  })
  return [`M ${corners[0]!.join(' ')}`, ...parts, `L ${corners.at(-1)!.join(' ')}`].join(' ')
}

function towards(from: Point, to: Point): Point {
  const far = Math.hypot(to[0] - from[0], to[1] - from[1])
  const step = Math.min(GAP.corner, far / 2) / (far || 1)
  return [round(from[0] + (to[0] - from[0]) * step), round(from[1] + (to[1] - from[1]) * step)]
}
const round = (value: number): number => Math.round(value * 10) / 10
