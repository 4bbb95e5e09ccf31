// A picture of the data model: boxes for collections in a grid, lines for relations in its gaps, what belongs together near. Pure.
import { isSystem, type Model } from './model'
import { layout, path, type Place, type Point } from './routes'

export interface Box {
  name: string
  x: number
  y: number
  height: number
  /** The key and the fields that lead somewhere. */
  fields: string[]
}

export interface Line {
  id: string
  from: string
  to: string
  field: string
  points: Point[]
  path: string
}

export interface Diagram {
  boxes: Box[]
  lines: Line[]
  width: number
  height: number
}

export const BOX = { width: 190, head: 34, row: 22, foot: 8 }
const ROUNDS = 6

export function diagram(model: Model): Diagram {
  const names = ownTables(model)
  if (names.length === 0) return { boxes: [], lines: [], width: 0, height: 0 }
  const edges = relationsOf(model, new Set(names))
  const columns = Math.ceil(Math.sqrt(names.length))
  const places = arranged(ordered(names, edges), edges, columns)
  const order = [...places.keys()]
  const fields = new Map(names.map((name) => [name, fieldsOf(model, name)]))
  const tall = (name: string): number => BOX.head + fields.get(name)!.length * BOX.row + BOX.foot
  const rows: number[] = []
  for (const [name, { row }] of places) rows[row] = Math.max(rows[row] ?? 0, tall(name))
  const wires = edges.map(({ from, to, field }) => ({
    id: idOf(from, field, to), from: places.get(from)!, to: places.get(to)!,
    exit: BOX.head + (fields.get(from)!.indexOf(field) + 0.5) * BOX.row, enter: BOX.head / 2,
  }))
  const { lefts, tops, width, height, courses } = layout({ columns, rows, width: BOX.width }, wires)
  return {
    width, height,
    boxes: order.map((name) => {
      const { row, column } = places.get(name)!
      return { name, fields: fields.get(name)!, x: lefts[column]!, y: tops[row]!, height: tall(name) }
    }),
    lines: edges.map(({ from, to, field }) => {
      const id = idOf(from, field, to)
      const points = courses.get(id)!
      return { id, from, to, field, points, path: path(points) }
    }),
  }
}

interface Edge {
  from: string
  to: string
  field: string
}

const idOf = (from: string, field: string, to: string): string => `${from}.${field}.${to}`

const ownTables = (model: Model): string[] =>
  model.collections.filter((each) => each.schema && !isSystem(each.collection)).map((each) => each.collection).sort()

function relationsOf(model: Model, known: ReadonlySet<string>): Edge[] {
  return model.relations.flatMap((each) => {
    const targets = each.related_collection ? [each.related_collection] : each.meta?.one_allowed_collections ?? []
    return targets.map((to) => ({ from: each.collection, to, field: each.field }))
  }).filter((each) => known.has(each.from) && known.has(each.to))
}

function neighbours(edges: readonly Edge[]): Map<string, string[]> {
  const ends = edges.filter((each) => each.from !== each.to).flatMap(({ from, to }) => [[from, to], [to, from]] as const)
  return new Map([...Map.groupBy(ends, ([one]) => one)].map(([one, pairs]) => [one, pairs.map(([, other]) => other)]))
}

/** The most connected first, then whatever is linked to it, and so on; those without relations last. */
function ordered(names: readonly string[], edges: readonly Edge[]): string[] {
  const by = neighbours(edges)
  const seen = new Set<string>()
  const visit = (name: string): void => {
    if (seen.has(name)) return
    seen.add(name)
    by.get(name)?.forEach(visit)
  }
  const linked = (name: string): number => by.get(name)?.length ?? 0
  ;[...names].sort((one, other) => linked(other) - linked(one)).forEach(visit)
  return [...seen]
}

const place = (index: number, columns: number): Place => ({ row: Math.floor(index / columns), column: index % columns })

/** Those with relations in a block of their own, the others beside and below it. */
function arranged(order: readonly string[], edges: readonly Edge[], columns: number): Map<string, Place> {
  const linked = new Set(edges.flatMap(({ from, to }) => [from, to]))
  const block = near(order.filter((each) => linked.has(each)), edges, Math.ceil(Math.sqrt(linked.size)))
  const places = new Map(block)
  const taken = new Set([...places.values()].map(({ row, column }) => row * columns + column))
  let index = 0
  for (const name of order) {
    if (places.has(name)) continue
    while (taken.has(index)) index += 1
    places.set(name, place(index, columns))
    index += 1
  }
  return places
}

/** Changes places as long as that shortens the lines. */
function near(linked: readonly string[], edges: readonly Edge[], columns: number): [string, Place][] {
  const by = neighbours(edges)
  // To and fro, so that the end of a row stays near the beginning of the next.
  const names = [...linked.keys()].map((index) => linked[turned(index, columns, linked.length)]!)
  const at = new Map(names.map((each, index) => [each, index]))
  const far = (one: number, other: number): number =>
    Math.abs((one % columns) - (other % columns)) + Math.abs(Math.floor(one / columns) - Math.floor(other / columns))
  const cost = (name: string, index: number): number => (by.get(name) ?? []).reduce((sum, each) => sum + far(index, at.get(each)!), 0)
  const swap = (one: number, other: number): void => {
    ;[names[one], names[other]] = [names[other]!, names[one]!]
    at.set(names[one]!, one).set(names[other]!, other)
  }
  const both = (one: number, other: number): number => cost(names[one]!, one) + cost(names[other]!, other)
  for (let round = 0, better = true; better && round < ROUNDS; round += 1) {
    better = false
    for (let one = 0; one < names.length; one += 1) for (let other = one + 1; other < names.length; other += 1) {
      const before = both(one, other)
      swap(one, other)
      if (both(one, other) < before) better = true
      else swap(one, other)
    }
  }
  return names.map((name, index) => [name, place(index, columns)])
}

/** The rows of a grid to and fro; a last row that is not full as it is. */
function turned(index: number, columns: number, length: number): number {
  const start = index - (index % columns)
  return Math.floor(index / columns) % 2 && start + columns <= length ? start + columns - 1 - (index % columns) : index
}

function fieldsOf(model: Model, name: string): string[] {
  const links = model.relations.filter((each) => each.collection === name).map((each) => each.field)
  const key = model.primaryKey(name)?.field
  return [...new Set([...(key ? [key] : []), ...links])]
}
