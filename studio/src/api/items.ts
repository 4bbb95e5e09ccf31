// Rows of any collection, the system's own included, under one set of verbs.
import { utilsImport } from '@directus/sdk'
import { isSystem } from '@/model/model'
import type { Key, Row } from '@/model/types'
import { get, patch, post, remove, send, type Query } from './client'

const base = (collection: string): string =>
  isSystem(collection) ? `/${collection.slice('directus_'.length)}` : `/items/${encodeURIComponent(collection)}`

const at = (collection: string, key: Key): string => `${base(collection)}/${encodeURIComponent(String(key))}`

export const list = <T = Row>(collection: string, query: Query): Promise<T[]> => get<T[]>(base(collection), query)

export const one = <T = Row>(collection: string, key: Key, query: Query = {}): Promise<T> => get<T>(at(collection, key), query)

export const singleton = (collection: string, query: Query = {}): Promise<Row> => get<Row>(base(collection), query)

export const saveSingleton = (collection: string, values: Row): Promise<Row> => patch<Row>(base(collection), values)

export const create = <T = Row>(collection: string, values: Row): Promise<T> => post<T>(base(collection), values)

export const update = <T = Row>(collection: string, key: Key, values: Row): Promise<T> => patch<T>(at(collection, key), values)

export const updateMany = (collection: string, keys: Key[], data: Row): Promise<Row[]> =>
  patch<Row[]>(base(collection), { keys, data })

export const createMany = (collection: string, rows: Row[]): Promise<Row[]> => post<Row[]>(base(collection), rows)

/** Many rows, each with its own values and its key inside. */
export const updateEach = (collection: string, rows: Row[]): Promise<Row[]> => patch<Row[]>(base(collection), rows)

export const removeOne = (collection: string, key: Key): Promise<void> => remove<void>(at(collection, key))

export const removeMany = (collection: string, keys: Key[]): Promise<void> => remove<void>(base(collection), keys)

/** The keys of the rows that a query finds, in its order. */
export async function keysOf(collection: string, key: string, query: Query): Promise<Key[]> {
  const rows = await list(collection, { ...query, fields: [key] })
  return rows.map((row) => row[key] as Key)
}

export async function count(collection: string, query: Query): Promise<number> {
  const [row] = await get<{ count: number | string }[]>(base(collection), { ...query, aggregate: { count: '*' } })
  return Number(row?.count ?? 0)
}

/** A file of rows as the server writes it. */
export async function exported(collection: string, format: 'csv' | 'json' | 'xml' | 'yaml', query: Query): Promise<Blob> {
  const answer = await get<unknown>(base(collection), { ...query, export: format })
  if (answer instanceof Response) return answer.blob()
  return new Blob([typeof answer === 'string' ? answer : JSON.stringify(answer, null, 2)])
}

/** Stores some rows of a file, all or none of them. */
export function importPart(collection: string, type: string, text: string): Promise<void> {
  const form = new FormData()
  form.append('file', new Blob([text], { type }), type === 'text/csv' ? 'rows.csv' : 'rows.json')
  return send<void>(utilsImport(collection as never, form))
}
