// The folders of the file library as a tree. Pure.
import { lineage, within } from '@/model/parents'

export interface Folder {
  id: string
  name: string
  parent: string | null
}

const byName = (one: Folder, other: Folder): number => one.name.localeCompare(other.name, undefined, { numeric: true })

/** Those in a folder; null: at the top. A folder whose own folder may not be seen is at the top. */
export function foldersIn(all: readonly Folder[], parent: string | null): Folder[] {
  const known = new Set(all.map((each) => each.id))
  return all.filter((each) => (each.parent !== null && known.has(each.parent) ? each.parent : null) === parent).sort(byName)
}

/** From the top to a folder. */
export const trail = (all: readonly Folder[], id: string | null): Folder[] => lineage(all, id).reverse()

export interface FolderChoice {
  id: string
  /** With the folders above it. */
  path: string
}

/** Where something may be put, by path; a folder itself goes neither into itself nor below. */
export function destinations(all: readonly Folder[], except: string | null = null): FolderChoice[] {
  const barred = new Set(except === null ? [] : within(all, except))
  return all.filter((each) => !barred.has(each.id))
    .map(({ id }) => ({ id, path: trail(all, id).map((each) => each.name).join(' / ') }))
    .sort((one, other) => one.path.localeCompare(other.path, undefined, { numeric: true }))
}
