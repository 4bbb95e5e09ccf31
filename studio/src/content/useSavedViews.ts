// Saved views of a collection: columns, order, widths, filter and search under a name; one's own and everybody's.
import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, type ComputedRef, type Ref } from 'vue'
import { create, list, removeOne, update } from '@/api/items'
import { session } from '@/api/session'
import type { FilterJson } from '@/query/filter'
import { presetOf, type Preset, type View } from './view'

export interface Seen {
  view: View
  filter: FilterJson | null
  search: string
}

export type SavedView = Preset & { id: number; bookmark: string; user: string | null }

export interface SavedViews {
  views: ComputedRef<SavedView[]>
  save: (name: string, seen: Seen, forAll: boolean) => Promise<number>
  change: (id: number, seen: Seen) => Promise<void>
  remove: (id: number) => Promise<void>
}

const bodyOf = ({ view, filter, search }: Seen) => ({ ...presetOf(view), filter, search: search || null })

export function useSavedViews(collection: Ref<string>): SavedViews {
  const cache = useQueryClient()
  const queryKey = computed(() => ['views', collection.value])
  const { data } = useQuery({ queryKey, queryFn: () => list<SavedView>('directus_presets', {
    filter: { collection: { _eq: collection.value }, bookmark: { _nnull: true }, _or: [{ user: { _eq: session.me?.id } }, { user: { _null: true } }] },
    fields: ['id', 'bookmark', 'user', 'filter', 'search', 'layout_query', 'layout_options'], sort: ['bookmark'], limit: -1,
  }).catch(() => []) })
  const reread = (): Promise<void> => cache.invalidateQueries({ queryKey: queryKey.value })

  return {
    views: computed(() => data.value ?? []),
    save: async (bookmark, seen, forAll) => {
      const made = await create<SavedView>('directus_presets', {
        collection: collection.value, bookmark, user: forAll ? null : session.me?.id, layout: 'tabular', ...bodyOf(seen),
      })
      await reread()
      return made.id
    },
    change: async (id, seen) => { await update('directus_presets', id, bodyOf(seen)); await reread() },
    remove: async (id) => { await removeOne('directus_presets', id); await reread() },
  }
}
