// Files: uploaded, listed, and where their bytes are.
import { uploadFiles } from '@directus/sdk'
import { send } from './client'
import { SERVER } from './place'

export interface StoredFile {
  id: string
  title: string | null
  filename_download: string
  type: string | null
  filesize: number | string | null
  width: number | null
  height: number | null
  uploaded_on: string | null
  description: string | null
  folder: string | null
}

export const FILE_FIELDS = ['id', 'title', 'filename_download', 'type', 'filesize', 'width', 'height', 'uploaded_on', 'description', 'folder']

export interface Picture {
  width?: number
  height?: number
  fit?: 'cover' | 'contain' | 'inside'
}

/** The address of a file's bytes, of a picture in another size when asked. */
export function assetUrl(id: string, picture: Picture = {}, download = false): string {
  const query = new URLSearchParams({ ...Object.fromEntries(Object.entries(picture).map(([name, value]) => [name, String(value)])), ...(download && { download: '' }) })
  return `${SERVER}/assets/${encodeURIComponent(id)}${query.size ? `?${query}` : ''}`
}

export const isImage = (file: Pick<StoredFile, 'type'>): boolean => Boolean(file.type?.startsWith('image/'))

/** `folder`: where it goes, null for the top; when it is not said, where the project puts what has none. */
export function upload(file: File, folder?: string | null): Promise<StoredFile> {
  const form = new FormData()
  if (folder !== undefined) form.append('folder', folder ?? 'null')
  form.append('title', file.name.replace(/\.[^.]+$/, ''))
  form.append('file', file)
  return send<StoredFile>(uploadFiles(form))
}
