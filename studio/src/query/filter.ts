// The filter builder's tree and its way to and from the wire's JSON. Pure; what it cannot show it says so (null).
import { operator, type Operator } from './operators'

export interface Rule {
  id: number
  node: 'rule'
  /** Way to the field: `['author', 'name']`; relations first, the column last. */
  path: string[]
  /** `_some` or `_none` for a list relation at the start of the path. */
  quantifier: '_some' | '_none' | null
  operator: string
  /** As typed: one text, two, or several, by the operator's arity. */
  values: string[]
}

export interface Group {
  id: number
  node: 'group'
  joint: '_and' | '_or'
  children: FilterNode[]
}

export type FilterNode = Rule | Group
export type FilterJson = Record<string, unknown>

let last = 0
const nextId = (): number => ++last

export const emptyGroup = (joint: Group['joint'] = '_and'): Group => ({ id: nextId(), node: 'group', joint, children: [] })

export const newRule = (path: string[], op = '_eq'): Rule => ({
  id: nextId(), node: 'rule', path, quantifier: null, operator: op, values: [''],
})

/** How many rules there are, for the badge on the button. */
export const ruleCount = (node: FilterNode): number =>
  node.node === 'rule' ? 1 : node.children.reduce((sum, each) => sum + ruleCount(each), 0)

/** The kind of a path's column decides how typed text becomes a value. */
export type KindOf = (path: string[]) => string

/** Rules that are not complete yet are left out. Null: no restriction. */
export function toJson(group: Group, kindOf: KindOf): FilterJson | null {
  const parts = group.children.map((each) => nodeJson(each, kindOf)).filter((each) => each !== null)
  if (parts.length === 0) return null
  return { [group.joint]: parts }
}

function nodeJson(node: FilterNode, kindOf: KindOf): FilterJson | null {
  if (node.node === 'group') return toJson(node, kindOf)
  const op = operator(node.operator)
  const kind = kindOf(node.path)
  if (!op || node.path.length === 0 || !complete(node, op, kind)) return null
  const leaf: FilterJson = { [node.operator]: ruleValue(node, op, kind) }
  const column = node.path.slice(1).reduceRight<FilterJson>((inner, name) => ({ [name]: inner }), leaf)
  return { [node.path[0]!]: node.quantifier ? { [node.quantifier]: column } : column }
}

function complete(rule: Rule, op: Operator, kind: string): boolean {
  if (op.arity === 'none') return true
  const given = rule.values.filter((each) => each !== '')
  return given.length >= (op.arity === 'two' ? 2 : 1) && given.every((each) => means(each, kind))
}

const MOMENT = /^(\d{4}-\d{2}-\d{2}|\d{2}:\d{2})/

/** Half a date or half a number, as there is while somebody types, is no value yet. */
function means(text: string, kind: string): boolean {
  if (text.startsWith('$')) return true
  if (kind === 'moment') return MOMENT.test(text)
  return kind !== 'number' || !Number.isNaN(Number(text))
}

function ruleValue(rule: Rule, op: Operator, kind: string): unknown {
  if (op.arity === 'none') return true
  const values = rule.values.map((each) => typed(each, kind))
  return op.arity === 'one' ? values[0] : values.filter((each) => each !== '')
}

/** Variables stay as they are written; numbers too large for a double stay text. */
function typed(text: string, kind: string): unknown {
  if (text.startsWith('$')) return text
  if (kind === 'boolean') return text === 'true'
  if (kind === 'geometry') return json(text)
  if (kind !== 'number' || text.trim() === '') return text
  const number = Number(text)
  return Number.isNaN(number) || (Number.isInteger(number) && !Number.isSafeInteger(number)) ? text : number
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Null when the filter uses a form that the builder has no picture for; it is then edited as JSON. */
export function fromJson(filter: FilterJson | null | undefined): Group | null {
  if (!filter || Object.keys(filter).length === 0) return emptyGroup()
  const nodes = nodesOf(filter)
  if (!nodes) return null
  const only = nodes[0]
  return nodes.length === 1 && only?.node === 'group' ? only : { ...emptyGroup(), children: nodes }
}

function nodesOf(filter: FilterJson): FilterNode[] | null {
  const nodes: FilterNode[] = []
  for (const [key, value] of Object.entries(filter)) {
    const found = key === '_and' || key === '_or' ? groupOf(key, value) : rulesOf([key], null, value)
    if (!found) return null
    nodes.push(...found)
  }
  return nodes
}

function groupOf(joint: Group['joint'], value: unknown): FilterNode[] | null {
  if (!Array.isArray(value)) return null
  const children: FilterNode[] = []
  for (const each of value) {
    const found = isObject(each) ? nodesOf(each) : null
    if (!found) return null
    children.push(...(found.length > 1 && joint === '_or' ? [{ ...emptyGroup(), children: found }] : found))
  }
  return [{ ...emptyGroup(joint), children }]
}

function rulesOf(path: string[], quantifier: Rule['quantifier'], value: unknown): FilterNode[] | null {
  if (!isObject(value)) return null
  const rules: FilterNode[] = []
  for (const [key, inner] of Object.entries(value)) {
    const found = key === '_some' || key === '_none'
      ? path.length === 1 && !quantifier ? rulesOf(path, key, inner) : null
      : key.startsWith('_') ? leafOf(path, quantifier, key, inner) : rulesOf([...path, key], quantifier, inner)
    if (!found) return null
    rules.push(...found)
  }
  return rules
}

function leafOf(path: string[], quantifier: Rule['quantifier'], id: string, value: unknown): FilterNode[] | null {
  const op = operator(id)
  if (!op || (op.arity === 'none' && value !== true)) return null
  const list = Array.isArray(value) ? value : [value]
  if (Array.isArray(value) !== (op.arity === 'two' || op.arity === 'many')) return null
  if (op.id.includes('intersects')) return [{ ...newRule(path, id), quantifier, values: [JSON.stringify(value)] }]
  if (list.some((each) => typeof each === 'object')) return null
  return [{ ...newRule(path, id), quantifier, values: op.arity === 'none' ? [''] : list.map(String) }]
}

const isObject = (value: unknown): value is FilterJson =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
