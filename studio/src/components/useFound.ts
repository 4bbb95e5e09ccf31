// A long list of collections that can be searched, and of which some are drawn at first: hundreds of rows of buttons take seconds.
import { computed, ref, watch, type ComputedRef, type Ref } from 'vue'
import { MANY, names } from '@/model/model'

const FIRST = 40

export interface Found {
  search: Ref<string>
  /** Whether a search is worth offering. */
  many: ComputedRef<boolean>
  shown: ComputedRef<string[]>
  /** How many are found and not shown. */
  rest: ComputedRef<number>
  more: () => void
}

export function useFound(collections: () => string[]): Found {
  const search = ref('')
  const limit = ref(FIRST)
  watch(search, () => { limit.value = FIRST })
  const found = computed(() => collections().filter((each) => names(each, search.value)))
  return {
    search,
    many: computed(() => collections().length > MANY),
    shown: computed(() => found.value.slice(0, limit.value)),
    rest: computed(() => Math.max(0, found.value.length - limit.value)),
    more: () => { limit.value += FIRST },
  }
}
