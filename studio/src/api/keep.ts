// Keeping what is about to be changed, and bringing it back. Requests only; what is kept is decided in `content/undo`.
import { inParts, newProgress } from '@/content/bulk'
import { creationOf, keptFields, ofKeys } from '@/content/undo'
import type { Model } from '@/model/model'
import type { Key, Row } from '@/model/types'
import { createMany, list, updateEach } from './items'

const PART = 200

async function readAll(collection: string, key: string, keys: readonly Key[], fields: string[]): Promise<Row[]> {
  const rows: Row[] = []
  await inParts(keys, PART, async (part) => {
    rows.push(...await list(collection, { fields, filter: ofKeys(key, part), limit: -1 }))
  }, newProgress(keys.length))
  return rows
}

/** Everything of some items that `restore` needs. */
export const keepItems = (model: Model, collection: string, keys: readonly Key[]): Promise<Row[]> =>
  readAll(collection, model.primaryKey(collection)!.field, keys, keptFields(model, collection))

/** Makes deleted items again, under their old keys. */
export async function restoreItems(model: Model, collection: string, kept: readonly Row[]): Promise<void> {
  await inParts(kept, PART, (part) => createMany(collection, part), newProgress(kept.length))
  await inParts(creationOf(model, collection, kept), PART, (part) => updateEach(collection, part), newProgress(kept.length))
}

/** The values of some fields before they are edited, with the keys. */
export function keepValues(model: Model, collection: string, keys: readonly Key[], names: readonly string[]): Promise<Row[]> {
  const key = model.primaryKey(collection)!.field
  return readAll(collection, key, keys, [key, ...names])
}

export const restoreValues = (collection: string, kept: readonly Row[]): Promise<void> =>
  inParts(kept, PART, (part) => updateEach(collection, part), newProgress(kept.length))
