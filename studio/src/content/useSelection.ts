// Which rows of a table are selected, by their keys: one by one, a range, or all that the table shows, however many they are.
import { computed, ref, type ComputedRef, type Ref } from 'vue'
import { keysOf } from '@/api/items'
import type { Key, Row } from '@/model/types'
import { narrowing, type Ask } from './useRows'
import { orderOf } from './view'

export interface Selection {
  keys: ComputedRef<Key[]>
  /** The keys as text. */
  chosen: ComputedRef<ReadonlySet<string>>
  select: (index: number, on: boolean, range: boolean) => Promise<void>
  all: (on: boolean) => Promise<void>
  none: () => void
}

export function useSelection(ask: Ref<Ask>, at: (index: number) => Row | undefined): Selection {
  const selected = ref(new Map<string, Key>())
  let last = 0

  function put(keys: readonly Key[], on: boolean): void {
    const next = new Map(selected.value)
    for (const key of keys) {
      if (on) next.set(String(key), key)
      else next.delete(String(key))
    }
    selected.value = next
  }

  const keysIn = (offset: number, limit: number): Promise<Key[]> => keysOf(ask.value.collection, ask.value.key, {
    ...narrowing(ask.value), ...(ask.value.sort && { sort: orderOf(ask.value.sort, ask.value.key) }), offset, limit,
  })

  async function select(index: number, on: boolean, range: boolean): Promise<void> {
    const [first, end] = [Math.min(last, index), Math.max(last, index)]
    last = index
    const row = at(index)
    if (range && first !== end) put(await keysIn(first, end - first + 1), on)
    else if (row) put([row[ask.value.key] as Key], on)
  }

  return {
    keys: computed(() => [...selected.value.values()]),
    chosen: computed(() => new Set(selected.value.keys())),
    select,
    all: async (on) => { selected.value = new Map(); if (on) put(await keysIn(0, -1), true) },
    none: () => { selected.value = new Map() },
  }
}
