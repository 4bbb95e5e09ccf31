// The edits of a list relation as the server takes them: `{create, update, delete}`. Pure.
import type { Link } from '@/model/model'
import type { Key, Row } from '@/model/types'

export interface Made {
  collection: string
  row: Row
}

export interface Changed extends Made {
  /** The key of the shown row: of the o2m item, or of the junction row. */
  place: Key
  /** The key of the item itself. */
  key: Key
}

export interface ListEdits {
  /** Items that are not stored yet. */
  made: Made[]
  /** Existing items to be linked; m2a says of which collection. */
  linked: { key: Key; collection: string; row: Row }[]
  /** Linked items with new values. */
  changed: Changed[]
  /** Keys of o2m items, or of junction rows, to be unlinked. */
  removed: Key[]
  /** All shown rows in their new order, when it was changed. */
  order: Key[] | null
}

export const noEdits = (): ListEdits => ({ made: [], linked: [], changed: [], removed: [], order: null })

export const hasEdits = ({ made, linked, changed, removed, order }: ListEdits): boolean =>
  made.length + linked.length + changed.length + removed.length > 0 || order !== null

/** `key`: the key field of a collection; `rowKey`: that of the shown rows. Null: nothing to send. */
export function listPayload(link: Link, edits: ListEdits, rowKey: string, key: (collection: string) => string): Row | null {
  if (!hasEdits(edits)) return null
  const item = (collection: string, value: unknown): Row =>
    ({ ...(link.kind === 'm2a' && { [link.kindField ?? 'collection']: collection }), [link.via!]: value })
  const direct = link.kind === 'o2m'
  const update = new Map<Key, Row>()
  const put = (place: Key, row: Row): void => { update.set(place, { ...update.get(place), ...row, [rowKey]: place }) }
  for (const { place, key: of, collection, row } of edits.changed)
    put(place, direct ? row : item(collection, { [key(collection)]: of, ...row }))
  if (link.sortField) edits.order?.forEach((place, index) => put(place, { [link.sortField!]: index + 1 }))
  if (direct) edits.linked.forEach((each) => put(each.key, {}))
  const create = [
    ...edits.made.map(({ collection, row }) => (direct ? row : item(collection, row))),
    ...(direct ? [] : edits.linked.map((each) => item(each.collection, link.kind === 'm2a' ? String(each.key) : each.key))),
  ]
  return { create, update: [...update.values()].filter((each) => !edits.removed.includes(each[rowKey] as Key)), delete: edits.removed }
}

/** What to ask of the rows behind a list: their key, and of each item what names it. `names`: the naming fields of a collection, key included. */
export function listFields(link: Link, rowKey: string, names: (collection: string) => string[]): string[] {
  const sort = link.sortField ? [link.sortField] : []
  if (link.kind === 'o2m') return [...new Set([rowKey, ...names(link.related!), ...sort])]
  if (link.kind === 'm2m') return [...new Set([rowKey, ...names(link.related!).map((name) => `${link.via}.${name}`), ...sort])]
  const items = link.allowed.flatMap((each) => names(each).map((name) => `${link.via}:${each}.${name}`))
  return [...new Set([rowKey, link.kindField ?? 'collection', ...items, ...sort])]
}

/** Translations as a payload: one row for each language, those that are stored by their key. `key`: the key field of the rows. */
export function translationsPayload(link: Link, stored: readonly Row[], edits: Readonly<Record<string, Row>>, key: string): Row | null {
  const entries = Object.entries(edits).filter(([, row]) => Object.keys(row).length > 0)
  if (entries.length === 0) return null
  const of = (language: string): Row | undefined => stored.find((row) => String(row[link.via!]) === language)
  return {
    create: entries.filter(([language]) => !of(language)).map(([language, row]) => ({ [link.via!]: language, ...row })),
    update: entries.filter(([language]) => of(language)).map(([language, row]) => ({ [key]: of(language)![key], ...row })),
    delete: [],
  }
}
