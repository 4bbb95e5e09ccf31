// The files of a folder, or those that a search finds in it and below, newest first; read again when somebody changes them.
import { refDebounced } from '@vueuse/core'
import { keepPreviousData, useInfiniteQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, ref, type Ref } from 'vue'
import { FILE_FIELDS, type StoredFile } from '@/api/files'
import { count, list } from '@/api/items'
import { useLive } from '@/live/useLive'
import { within } from '@/model/parents'
import type { Folder } from './folders'
import { throttled } from './throttled'

const SIZE = 60
const REREAD = 500

export function useFiles(folder: Readonly<Ref<string | null>>, folders: Readonly<Ref<Folder[]>>) {
  const cache = useQueryClient()
  const search = ref('')
  const searching = refDebounced(search, 250)
  const narrow = computed(() => {
    if (!searching.value) return { filter: { folder: folder.value === null ? { _null: true } : { _eq: folder.value } } }
    return { search: searching.value, ...(folder.value !== null && { filter: { folder: { _in: within(folders.value, folder.value) } } }) }
  })
  const { data, error, isPending, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: computed(() => ['files', folder.value, searching.value]),
    initialPageParam: 0,
    queryFn: async ({ pageParam }) => {
      const files = await list<StoredFile>('directus_files', { fields: FILE_FIELDS, sort: ['-uploaded_on', 'id'], limit: SIZE, offset: pageParam, ...narrow.value })
      return { files, total: pageParam === 0 ? await count('directus_files', narrow.value) : 0, next: pageParam + files.length }
    },
    getNextPageParam: (last) => (last.files.length === SIZE ? last.next : undefined),
    // While one types, what was found stays until the next is there; another folder begins empty.
    placeholderData: (previous, query) => (query?.queryKey[1] === folder.value ? keepPreviousData(previous) : undefined),
  })
  const later = throttled(() => Promise.all([cache.invalidateQueries({ queryKey: ['files'] }), cache.invalidateQueries({ queryKey: ['folders'] })]), REREAD)
  useLive({ collection: () => 'directus_files', fields: () => ['id'], onEvent: later.call, onGap: later.call })
  useLive({ collection: () => 'directus_folders', fields: () => ['id'], onEvent: later.call, onGap: later.call })
  return {
    search, searching, error, isPending, hasNextPage, fetchNextPage, isFetchingNextPage, reread: later.call,
    files: computed(() => data.value?.pages.flatMap((each) => each.files) ?? []),
    total: computed(() => data.value?.pages[0]?.total ?? 0),
  }
}
