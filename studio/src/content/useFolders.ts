// The folders of the file library, and what is done with them. Nothing is lost by it, so all of it can be taken back.
import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, type ComputedRef } from 'vue'
import { create, keysOf, list, removeOne, update, updateMany } from '@/api/items'
import { useAct } from '@/components/useAct'
import { t } from '@/i18n'
import type { Key } from '@/model/types'
import { foldersIn, type Folder } from './folders'

const FILES = 'directus_files'
const FOLDERS = 'directus_folders'
const PART = 500

/** Files with the folder they are in. */
export interface Placed {
  id: string
  folder: string | null
}

export interface Folders {
  all: ComputedRef<Folder[]>
  ready: ComputedRef<boolean>
  make: (name: string, parent: string | null) => Promise<Folder | null>
  rename: (folder: Folder, name: string) => Promise<boolean>
  move: (folder: Folder, parent: string | null) => Promise<boolean>
  /** What is in it goes to the folder above. */
  remove: (folder: Folder) => Promise<boolean>
  moveFiles: (files: readonly Placed[], folder: string | null) => Promise<boolean>
}

export function useFolders(): Folders {
  const cache = useQueryClient()
  const { run } = useAct()
  const { data, isFetched } = useQuery({
    queryKey: ['folders'],
    // Who may not read them sees the files without.
    queryFn: () => list<Folder>(FOLDERS, { fields: ['id', 'name', 'parent'], limit: -1 }).catch(() => [] as Folder[]),
  })
  const all = computed(() => data.value ?? [])

  const reread = (): Promise<unknown> => Promise.all([cache.invalidateQueries({ queryKey: ['folders'] }), cache.invalidateQueries({ queryKey: ['files'] })])
  const act: typeof run = async (work, done, undo) => {
    const worked = await run(work, done, undo && (() => { const back = undo(); return back && (async () => { await back(); await reread() }) }))
    await reread()
    return worked
  }

  async function put(collection: string, keys: readonly Key[], values: Record<string, unknown>): Promise<void> {
    for (let start = 0; start < keys.length; start += PART) await updateMany(collection, keys.slice(start, start + PART), values)
  }
  const change = (folder: Folder, values: Partial<Folder>, done: string): Promise<boolean> => act(
    () => update(FOLDERS, folder.id, values), done,
    () => () => update(FOLDERS, folder.id, { name: folder.name, parent: folder.parent }),
  )

  async function moveFiles(files: readonly Placed[], folder: string | null): Promise<boolean> {
    const moved = files.filter((each) => each.folder !== folder)
    if (moved.length === 0) return true
    return act(() => put(FILES, moved.map((each) => each.id), { folder }), t('{n} file moved | {n} files moved', { n: moved.length }), () => async () => {
      for (const [back, group] of Map.groupBy(moved, (each) => each.folder)) await put(FILES, group.map((each) => each.id), { folder: back })
    })
  }

  async function remove(folder: Folder): Promise<boolean> {
    let files: Key[] = []
    const below = foldersIn(all.value, folder.id).map((each) => each.id)
    return act(async () => {
      files = await keysOf(FILES, 'id', { filter: { folder: { _eq: folder.id } }, limit: -1 })
      await put(FILES, files, { folder: folder.parent })
      await put(FOLDERS, below, { parent: folder.parent })
      await removeOne(FOLDERS, folder.id)
    }, t('Folder {name} deleted', { name: folder.name }), () => async () => {
      await create(FOLDERS, { ...folder })
      await put(FOLDERS, below, { parent: folder.id })
      await put(FILES, files, { folder: folder.id })
    })
  }

  return {
    all, ready: computed(() => isFetched.value), moveFiles, remove,
    make: async (name, parent) => {
      let made: Folder | null = null
      await act(async () => { made = await create<Folder>(FOLDERS, { name, parent }) }, t('Folder {name} created', { name }))
      return made
    },
    rename: (folder, name) => change(folder, { name }, t('Folder renamed to {name}', { name })),
    move: (folder, parent) => change(folder, { parent }, t('Folder {name} moved', { name: folder.name })),
  }
}
