// The rows behind a list relation: what is stored, with the edits that are not sent yet on top.
import { useQuery } from '@tanstack/vue-query'
import { computed, ref, type ComputedRef, type Ref } from 'vue'
import { list } from '@/api/items'
import type { Link, Model } from '@/model/model'
import type { Key, Row } from '@/model/types'
import { label, templateFields, templateOf } from './display'
import { hasEdits, listFields, listPayload, noEdits, type ListEdits } from './relationList'

export const LIMIT = 200

/** One shown line: its row's key, the item it leads to, and whether it was edited here. */
export interface Line {
  place: Key
  collection: string
  /** Undefined for an item that is gone. */
  key: Key | undefined
  text: string
  edited: boolean
}

export interface Linked {
  edits: Ref<ListEdits>
  lines: ComputedRef<Line[]>
  /** There are more than are shown. */
  cut: ComputedRef<boolean>
  keyOf: (collection: string) => string
  payload: () => Row | null
}

export function useLinked(model: Ref<Model>, link: Ref<Link>, parent: Ref<Key | null>): Linked {
  const edits = ref<ListEdits>(noEdits())
  const keyOf = (collection: string): string => model.value.primaryKey(collection)?.field ?? 'id'
  const table = computed(() => link.value.junction ?? link.value.related!)
  const rowKey = computed(() => keyOf(table.value))
  const names = (collection: string): string[] => [...templateFields(templateOf(model.value, collection)), keyOf(collection)]
  const fields = computed(() => listFields(link.value, rowKey.value, names))
  const { data } = useQuery({
    queryKey: computed(() => ['rows', table.value, 'linked', link.value.back, parent.value, fields.value]),
    queryFn: () => list(table.value, {
      fields: fields.value, filter: { [link.value.back!]: { _eq: parent.value } }, limit: LIMIT, ...(link.value.sortField && { sort: [link.value.sortField] }),
    }),
    enabled: computed(() => parent.value !== null),
  })

  function line(row: Row): Line {
    const { kind, via, kindField, related } = link.value
    const collection = kind === 'm2a' ? String(row[kindField ?? 'collection']) : related!
    const found = (via ? row[via] : row) as Row | null
    const item = typeof found === 'object' && found !== null ? found : undefined
    const place = row[rowKey.value] as Key
    const change = edits.value.changed.find((each) => each.place === place)
    const text = item ? label(model.value, collection, { ...item, ...change?.row }) : '—'
    return { place, collection, key: item?.[keyOf(collection)] as Key | undefined, text, edited: Boolean(change) }
  }

  const lines = computed(() => {
    const { removed, order } = edits.value
    const shown = (data.value ?? []).map(line).filter((each) => !removed.includes(each.place))
    return order ? shown.sort((a, b) => order.indexOf(a.place) - order.indexOf(b.place)) : shown
  })
  return {
    edits, lines, keyOf,
    cut: computed(() => (data.value?.length ?? 0) >= LIMIT),
    payload: () => (hasEdits(edits.value) ? listPayload(link.value, edits.value, rowKey.value, keyOf) : null),
  }
}
