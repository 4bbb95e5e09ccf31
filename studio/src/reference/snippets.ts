// An operation as a line to copy, in three languages. Pure.
import type { Operation } from './document'

export interface Asked {
  server: string
  operation: Operation
  /** Values of the parameters by name; empty ones are not sent. */
  values: Record<string, string>
  /** The body as JSON text; null: none. */
  body: string | null
}

/** The path with its parameters filled in, and what is asked in the query. */
export function addressed({ operation, values }: Pick<Asked, 'operation' | 'values'>): { path: string; query: Record<string, string> } {
  const path = operation.path.replace(/\{(\w+)\}/g, (braced, name: string) => (values[name] ? encodeURIComponent(values[name]) : braced))
  const asked = operation.parameters.filter((each) => each.in === 'query' && values[each.name])
  return { path, query: Object.fromEntries(asked.map(({ name }) => [name, values[name]!])) }
}

const quoted = (text: string): string => `'${text.replace(/'/g, `'\\''`)}'`
const indented = (text: string): string => text.replace(/\n/g, '\n  ')

export function curl(asked: Asked): string {
  const { path, query } = addressed(asked)
  const search = new URLSearchParams(query).toString()
  const method = asked.operation.method === 'GET' ? '' : ` -X ${asked.operation.method}`
  const lines = [`curl${method} ${quoted(asked.server + path + (search && `?${search}`))}`, `-H 'Authorization: Bearer TOKEN'`]
  if (asked.body !== null) lines.push(`-H 'Content-Type: application/json'`, `-d ${quoted(asked.body)}`)
  return lines.join(' \\\n  ')
}

export function javascript(asked: Asked): string {
  const { path, query } = addressed(asked)
  const parts = [
    `method: '${asked.operation.method}'`, `path: ${JSON.stringify(path)}`, Object.keys(query).length && `params: ${JSON.stringify(query)}`,
    asked.body !== null && `body: JSON.stringify(${indented(asked.body)})`,
  ].filter(Boolean)
  return `import { createDirectus, customEndpoint, rest, staticToken } from '@directus/sdk';

const client = createDirectus('${asked.server}').with(staticToken('TOKEN')).with(rest());
const answer = await client.request(customEndpoint({
  ${parts.join(',\n  ')},
}));`
}

/** JSON as Python writes it. */
const literal = (text: string): string =>
  text.replace(/"(?:[^"\\]|\\.)*"|\b(?:true|false|null)\b/g, (part) => ({ true: 'True', false: 'False', null: 'None' })[part] ?? part)

export function python(asked: Asked): string {
  const { path, query } = addressed(asked)
  const parts = [
    `"${asked.operation.method}"`, JSON.stringify(asked.server + path), `headers={"Authorization": "Bearer TOKEN"}`,
    Object.keys(query).length && `params=${JSON.stringify(query)}`, asked.body !== null && `json=${literal(indented(asked.body))}`,
  ].filter(Boolean)
  return `import httpx

answer = httpx.request(
  ${parts.join(',\n  ')},
)
print(answer.raise_for_status().text)`
}
