// The data model as one value with look-ups. Pure: built anew whenever the server's answer changes.
import type { Collection, Field, Relation } from './types'

export type RelationKind = 'm2o' | 'o2m' | 'm2m' | 'm2a'

/** How a field leads to other rows. `junction` is the table in between, `via` its field that leads on. */
export interface Link {
  kind: RelationKind
  related: string | null
  allowed: string[]
  back: string | null
  junction: string | null
  via: string | null
  /** m2a: the field of the junction that names the collection of the item. */
  kindField: string | null
  sortField: string | null
}

export interface Model {
  collections: Collection[]
  relations: Relation[]
  collection(name: string): Collection | undefined
  fields(collection: string): Field[]
  field(collection: string, name: string): Field | undefined
  primaryKey(collection: string): Field | undefined
  link(collection: string, field: string): Link | undefined
}

export const isSystem = (name: string): boolean => name.startsWith('directus_')

/** From so many collections on, a list of them can be searched. */
export const MANY = 20

/** Whether a collection is meant by what somebody types, as it is called or as it is shown. */
export const names = (collection: string, typed: string): boolean =>
  `${collection} ${title(collection)}`.toLowerCase().includes(typed.trim().toLowerCase())

const bySort = (left: Field, right: Field): number =>
  (left.meta?.sort ?? 1e6) - (right.meta?.sort ?? 1e6)

export function makeModel(collections: Collection[], fields: Field[], relations: Relation[]): Model {
  const byCollection = Map.groupBy(fields, (field) => field.collection)
  for (const list of byCollection.values()) list.sort(bySort)
  const names = new Map(collections.map((each) => [each.collection, each]))
  const byName = new Map(fields.map((each) => [`${each.collection}.${each.field}`, each]))
  const links = new Map<string, Link | undefined>()
  const fieldsOf = (collection: string): Field[] => byCollection.get(collection) ?? []
  // Asked for every cell of a table, so each is worked out once.
  function linkOf(collection: string, field: string): Link | undefined {
    const id = `${collection}.${field}`
    if (!links.has(id)) links.set(id, forward(relations, collection, field) ?? backward(relations, collection, field))
    return links.get(id)
  }
  return {
    collections,
    relations,
    collection: (name) => names.get(name),
    fields: fieldsOf,
    field: (collection, name) => byName.get(`${collection}.${name}`),
    primaryKey: (collection) => fieldsOf(collection).find((each) => each.schema?.is_primary_key),
    link: linkOf,
  }
}

function forward(relations: Relation[], collection: string, field: string): Link | undefined {
  const found = relations.find((each) => each.collection === collection && each.field === field)
  if (!found) return undefined
  const allowed = found.meta?.one_allowed_collections ?? []
  return {
    kind: found.related_collection ? 'm2o' : 'm2a',
    related: found.related_collection,
    allowed,
    back: found.meta?.one_field ?? null,
    junction: null,
    via: found.meta?.one_collection_field ?? null,
    kindField: found.meta?.one_collection_field ?? null,
    sortField: null,
  }
}

function backward(relations: Relation[], collection: string, field: string): Link | undefined {
  const found = relations.find((each) => each.related_collection === collection && each.meta?.one_field === field)
  if (!found) return undefined
  const via = found.meta?.junction_field ?? null
  const base = { back: found.field, sortField: found.meta?.sort_field ?? null }
  if (!via) return { ...base, kind: 'o2m', related: found.collection, allowed: [], junction: null, via: null, kindField: null }
  const onward = relations.find((each) => each.collection === found.collection && each.field === via)
  return {
    ...base,
    kind: onward?.related_collection ? 'm2m' : 'm2a',
    related: onward?.related_collection ?? null,
    allowed: onward?.meta?.one_allowed_collections ?? [],
    junction: found.collection,
    via,
    kindField: onward?.meta?.one_collection_field ?? null,
  }
}

/** The collections a person works with, in the order chosen by them; folders are left in. */
export function userCollections(model: Model): Collection[] {
  return model.collections
    .filter((each) => !isSystem(each.collection) && each.meta !== null)
    .sort((a, b) => (a.meta?.sort ?? 1e6) - (b.meta?.sort ?? 1e6) || a.collection.localeCompare(b.collection))
}

/** Tables that exist in the database and are not yet known as collections. */
export function unadopted(model: Model): Collection[] {
  return model.collections.filter((each) => !isSystem(each.collection) && each.meta === null)
}

export function systemCollections(model: Model): Collection[] {
  return model.collections.filter((each) => isSystem(each.collection))
}

/** `order_lines` → `Order Lines`: how a technical name is shown to people. */
export function title(name: string): string {
  return name
    .replace(/^directus_/, '')
    .replace(/[_-]+/g, ' ')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/(^|\s)(\p{Ll})/gu, (_, space: string, letter: string) => space + letter.toUpperCase())
    .replace(/\b(Id|Url|Ip|Uuid|Api)\b/g, (word) => word.toUpperCase())
}
