// A picture of the data model: boxes for collections, lines for relations, placed so that what belongs together is near. Pure.
import { isSystem, type Model } from './model'

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
  path: string
}

export interface Diagram {
  boxes: Box[]
  lines: Line[]
  width: number
  height: number
}

export const BOX = { width: 190, head: 34, row: 22, gapX: 90, gapY: 36 }

export function diagram(model: Model): Diagram {
  const names = ordered(model)
  const boxes = place(model, names)
  const at = new Map(boxes.map((each) => [each.name, each]))
  const lines = relationsOf(model, at).map(({ from, to, field }) => ({
    id: `${from}.${field}.${to}`, from, to, field, path: curve(at.get(from)!, at.get(to)!, field),
  }))
  const width = Math.max(0, ...boxes.map((each) => each.x + BOX.width)) + BOX.gapX / 2
  return { boxes, lines, width, height: Math.max(0, ...boxes.map((each) => each.y + each.height)) + BOX.gapY }
}

interface Edge {
  from: string
  to: string
  field: string
}

function relationsOf(model: Model, known: ReadonlyMap<string, unknown> | ReadonlySet<string>): Edge[] {
  return model.relations.flatMap((each) => {
    const targets = each.related_collection ? [each.related_collection] : each.meta?.one_allowed_collections ?? []
    return targets.map((to) => ({ from: each.collection, to, field: each.field }))
  }).filter((each) => known.has(each.from) && known.has(each.to))
}

/** Neighbours next to each other: the most connected first, then whatever is linked to it, and so on. */
function ordered(model: Model): string[] {
  const names = model.collections.filter((each) => each.schema && !isSystem(each.collection)).map((each) => each.collection).sort()
  const edges = relationsOf(model, new Set(names))
  const near = (name: string): string[] => edges.flatMap((each) => (each.from === name ? [each.to] : each.to === name ? [each.from] : []))
  const seen = new Set<string>()
  const queue = [...names].sort((a, b) => near(b).length - near(a).length)
  const result: string[] = []
  const visit = (name: string): void => {
    if (seen.has(name)) return
    seen.add(name)
    result.push(name)
    near(name).forEach(visit)
  }
  queue.forEach(visit)
  return result
}

function place(model: Model, names: string[]): Box[] {
  const columns = Math.max(1, Math.ceil(Math.sqrt(names.length)))
  const bottoms = Array.from({ length: columns }, () => BOX.gapY / 2)
  return names.map((name, index) => {
    // To and fro, so that the end of a row stays near the beginning of the next.
    const row = Math.floor(index / columns)
    const column = row % 2 ? columns - 1 - (index % columns) : index % columns
    const fields = fieldsOf(model, name)
    const box = { name, fields, x: BOX.gapX / 4 + column * (BOX.width + BOX.gapX), y: bottoms[column]!, height: BOX.head + fields.length * BOX.row + 8 }
    bottoms[column] = box.y + box.height + BOX.gapY
    return box
  })
}

function fieldsOf(model: Model, name: string): string[] {
  const links = model.relations.filter((each) => each.collection === name).map((each) => each.field)
  const key = model.primaryKey(name)?.field
  return [...new Set([...(key ? [key] : []), ...links])]
}

/** From the field's row to the head of the other box, leaving on the side that is nearer. */
function curve(from: Box, to: Box, field: string): string {
  const y1 = from.y + BOX.head + (from.fields.indexOf(field) + 0.5) * BOX.row
  const y2 = to.y + BOX.head / 2
  const leftwards = to.x < from.x
  const x1 = leftwards ? from.x : from.x + BOX.width
  const x2 = to.x > from.x ? to.x : to.x + BOX.width
  const bend = BOX.gapX / 2
  return `M ${x1} ${y1} C ${x1 + (leftwards ? -bend : bend)} ${y1}, ${x2 + (to.x > from.x ? -bend : bend)} ${y2}, ${x2} ${y2}`
}
