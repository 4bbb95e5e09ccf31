// The server's description of itself (OpenAPI) as lists of operations and readable shapes. Pure.

export interface Shape {
  $ref?: string
  type?: string
  format?: string
  nullable?: boolean
  description?: string
  enum?: unknown[]
  items?: Shape
  properties?: Record<string, Shape>
  required?: string[]
  oneOf?: Shape[]
  anyOf?: Shape[]
  allOf?: Shape[]
  maxLength?: number
  example?: unknown
}

export interface Parameter {
  $ref?: string
  name: string
  in: 'path' | 'query'
  required?: boolean
  description?: string
  schema?: Shape
  content?: Record<string, { schema: Shape }>
}

interface Verb {
  summary?: string
  operationId: string
  tags: string[]
  parameters?: Parameter[]
  requestBody?: { content: Record<string, { schema: Shape }> }
  responses: Record<string, { $ref?: string; content?: Record<string, { schema: Shape }> }>
}

export interface Document {
  info: { title: string; version: string }
  paths: Record<string, Record<string, Verb> & { parameters?: Parameter[] }>
  components: { schemas: Record<string, Shape>; parameters: Record<string, Parameter>; responses: Record<string, { content?: Record<string, { schema: Shape }> }> }
}

export interface Operation {
  id: string
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  path: string
  summary: string
  tag: string
  parameters: Parameter[]
  body: Shape | null
  answer: Shape | null
}

const METHODS = ['get', 'post', 'patch', 'delete'] as const

/** What a reference points to. */
export const pointed = <T>(document: Document, ref: string): T | undefined =>
  ref.replace('#/', '').split('/').reduce<unknown>((part, name) => (part as Record<string, unknown> | undefined)?.[name], document) as T | undefined

const whole = <T extends { $ref?: string }>(document: Document, part: T): T => (part.$ref ? pointed<T>(document, part.$ref) ?? part : part)

const json = (content: Record<string, { schema: Shape }> | undefined): Shape | null => content?.['application/json']?.schema ?? null

export function operations(document: Document): Operation[] {
  return Object.entries(document.paths).flatMap(([path, verbs]) => METHODS.filter((method) => verbs[method]).map((method) => {
    const verb = verbs[method]!
    const answer = verb.responses['200'] ?? verb.responses['204']
    return {
      id: verb.operationId, method: method.toUpperCase() as Operation['method'], path, summary: verb.summary ?? path, tag: verb.tags[0] ?? '',
      parameters: [...(verbs.parameters ?? []), ...(verb.parameters ?? [])].map((each) => whole(document, each)),
      body: json(verb.requestBody?.content), answer: answer ? json(whole(document, answer).content) : null,
    }
  }))
}

/** By subject: items of collections first, as the document has them, then the rest. Those in which every word of `search` is found. */
export function grouped(list: readonly Operation[], search = ''): { tag: string; operations: Operation[] }[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const found = list.filter((each) => words.every((word) => `${each.method} ${each.path} ${each.summary}`.toLowerCase().includes(word)))
  const groups = new Map<string, Operation[]>()
  for (const each of found) groups.set(each.tag, [...(groups.get(each.tag) ?? []), each])
  const isItems = (of: Operation[]): boolean => of[0]!.path.startsWith('/items/')
  return [...groups].map(([tag, of]) => ({ tag, operations: of }))
    .sort((a, b) => Number(isItems(b.operations)) - Number(isItems(a.operations)) || a.tag.localeCompare(b.tag))
}

/** `allOf` and references as one shape; `needed` are the members without which it is not complete. */
export function merged(document: Document, shape: Shape): Shape {
  const own = whole(document, shape)
  if (!own.allOf) return own
  return own.allOf.map((each) => merged(document, each)).reduce((sum, each) => ({
    ...sum, ...each, properties: { ...sum.properties, ...each.properties }, required: [...(sum.required ?? []), ...(each.required ?? [])],
  }), {})
}

/** A shape in a word: `integer`, `string (uuid)`, `list of Users`. */
export function kindOf(document: Document, shape: Shape): string {
  if (shape.$ref) return shape.$ref.split('/').at(-1)!
  const choices = shape.oneOf ?? shape.anyOf
  if (choices) return [...new Set(choices.map((each) => kindOf(document, each)))].join(' | ')
  if (shape.allOf) return kindOf(document, shape.allOf[0]!)
  if (shape.type === 'array') return `${kindOf(document, shape.items ?? {})}[]`
  return shape.format ? `${shape.type} (${shape.format})` : shape.type ?? 'JSON'
}

const SAMPLES: Record<string, unknown> = {
  integer: 1, number: 1.5, boolean: true, uuid: '11111111-2222-4333-8444-555555555555', 'date-time': '2026-01-31T14:00:00.000Z', date: '2026-01-31',
}
const MOST = 6

/** A body to begin with: what is needed, else the first few members. */
export function sample(document: Document, shape: Shape, depth = 0): unknown {
  const own = merged(document, shape)
  const choices = own.oneOf ?? own.anyOf
  if (choices) return sample(document, choices[0]!, depth)
  if (own.type === 'array') return depth > 1 ? [] : [sample(document, own.items ?? {}, depth + 1)]
  if (own.properties) {
    const names = Object.keys(own.properties)
    const chosen = own.required?.length ? own.required : names.filter((name) => name !== 'id').slice(0, MOST)
    return Object.fromEntries(chosen.map((name) => [name, sample(document, own.properties![name] ?? {}, depth + 1)]))
  }
  if (own.enum) return own.enum[0]
  return own.example ?? SAMPLES[own.format ?? ''] ?? SAMPLES[own.type ?? ''] ?? (own.type === 'string' ? '' : {})
}
