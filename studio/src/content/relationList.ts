// The edits of a list relation as the server takes them: `{create, update, delete}`. Pure.
import type { Link } from '@/model/model'
import type { Key, Row } from '@/model/types'

export interface ListEdits {
  /** Rows that are not stored yet. */
  made: Row[]
  /** Existing items to be linked; m2a says of which collection. */
  linked: { key: Key; collection: string; row: Row }[]
  /** Keys of o2m items, or of junction rows, to be unlinked. */
  removed: Key[]
}

export const noEdits = (): ListEdits => ({ made: [], linked: [], removed: [] })

export const hasEdits = (edits: ListEdits): boolean => edits.made.length + edits.linked.length + edits.removed.length > 0

/** `key`: the key field of the related collection (o2m: of the rows themselves). Null: nothing to send. */
export function listPayload(link: Link, edits: ListEdits, key: string): Row | null {
  if (!hasEdits(edits)) return null
  if (link.kind === 'o2m') {
    const update = edits.linked.map((each) => ({ [key]: each.key }))
    return { create: edits.made, update, delete: edits.removed }
  }
  const made = edits.made.map((row) => ({ [link.via!]: row }))
  const linked = edits.linked.map((each) => ({
    ...(link.kind === 'm2a' ? { collection: each.collection, [link.via!]: String(each.key) } : { [link.via!]: each.key }),
  }))
  return { create: [...made, ...linked], update: [], delete: edits.removed }
}
