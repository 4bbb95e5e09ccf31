// Search and filter of a table, kept in the address, so that a reload and a link to it show the same rows.
import { refDebounced } from '@vueuse/core'
import { computed, ref, watch, type ComputedRef, type Ref } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { fromJson, ruleCount, type FilterJson } from '@/query/filter'

const PAUSE = 250 // milliseconds after the last letter

export interface Narrowing {
  search: Ref<string>
  /** The search a moment after the last letter. */
  settled: Readonly<Ref<string>>
  filter: Ref<FilterJson | null>
  /** The saved view that was chosen last. */
  saved: Ref<number | null>
  rules: ComputedRef<number>
  narrowed: ComputedRef<boolean>
  showAll: () => void
}

export function useNarrowing(): Narrowing {
  const route = useRoute()
  const router = useRouter()
  const search = ref(String(route.query.search ?? ''))
  const settled = refDebounced(search, PAUSE)
  const filter = ref<FilterJson | null>(parsed(route.query.filter))
  const saved = ref<number | null>(Number(route.query.view) || null)
  watch([settled, filter, saved], () => void router.replace({ query: {
    ...(settled.value && { search: settled.value }),
    ...(filter.value && { filter: JSON.stringify(filter.value) }),
    ...(saved.value && { view: saved.value }),
  } }))
  return {
    search, settled, filter, saved,
    rules: computed(() => { const tree = fromJson(filter.value); return tree ? ruleCount(tree) : 1 }),
    narrowed: computed(() => Boolean(filter.value || settled.value)),
    showAll: () => { search.value = ''; filter.value = null },
  }
}

function parsed(text: unknown): FilterJson | null {
  try {
    return JSON.parse(String(text ?? 'null')) as FilterJson | null
  } catch {
    return null
  }
}
