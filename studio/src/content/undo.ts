// What can be taken back, and with what: deleted items are made again from what was kept, edits from the values before. Pure.
import { isSecret } from '@/model/fieldTypes'
import { isSystem, type Model } from '@/model/model'
import type { Key, Row } from '@/model/types'

/** Above this, keeping everything would cost more than it helps. */
export const KEPT = 2000

const MADE = ['date-created', 'user-created']

/** Deleting can be taken back if nothing else goes with the items and every value can be read. */
export function undoable(model: Model, collection: string): boolean {
  if (isSystem(collection) || model.fields(collection).some(isSecret)) return false
  return !model.relations.some((each) => each.related_collection === collection && each.schema?.on_delete === 'CASCADE')
}

/** The fields to keep: all columns, and the lists whose other side is only cleared, not deleted. */
export function keptFields(model: Model, collection: string): string[] {
  const columns = model.fields(collection).filter((each) => each.schema).map((each) => each.field)
  const lists = model.relations
    .filter((each) => each.related_collection === collection && each.schema?.on_delete === 'SET NULL')
    .map((each) => each.meta?.one_field)
    .filter((each): each is string => Boolean(each))
  return [...columns, ...lists]
}

/** What the server writes itself when an item is made, and takes as it is when it is changed. */
export function creationOf(model: Model, collection: string, kept: readonly Row[]): Row[] {
  const key = model.primaryKey(collection)!.field
  const names = model.fields(collection).filter((each) => each.meta?.special?.some((name) => MADE.includes(name))).map((each) => each.field)
  if (names.length === 0) return []
  return kept.map((row) => pick(row, [key, ...names]))
}

/** Some fields of a row. */
export const pick = (row: Row, names: readonly string[]): Row =>
  Object.fromEntries(names.filter((name) => name in row).map((name) => [name, row[name]]))

/** An edit can be taken back if every value before it can be read. */
export const revertible = (model: Model, collection: string, names: readonly string[]): boolean =>
  names.every((name) => { const field = model.field(collection, name); return field?.schema && !isSecret(field) })

/** The filter for some items. */
export const ofKeys = (key: string, keys: readonly Key[]): Row => ({ [key]: { _in: keys } })
