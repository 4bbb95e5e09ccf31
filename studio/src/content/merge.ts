// Two people in one form: what came from outside is taken over, unless the same field was edited here. Pure.
import { same } from '@/model/form'
import type { Row } from '@/model/types'

export interface Merged {
  before: Row
  values: Row
  /** Fields taken over. */
  taken: string[]
  /** Fields that both changed: name → their value. */
  conflicts: Row
}

/** `before`: as loaded; `values`: as edited here; `theirs`: the item as it is now. */
export function merge(before: Row, values: Row, theirs: Row): Merged {
  const merged: Merged = { before: { ...before }, values: { ...values }, taken: [], conflicts: {} }
  for (const [name, value] of Object.entries(theirs)) {
    if (!(name in before) || same(value, before[name])) continue
    merged.before[name] = value
    if (same(values[name], before[name])) {
      merged.values[name] = value
      merged.taken.push(name)
    } else if (!same(values[name], value)) merged.conflicts[name] = value
  }
  return merged
}
