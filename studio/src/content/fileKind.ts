// What kind of file it is, in a word and a picture. Pure.
import type { StoredFile } from '@/api/files'

const ICONS: [RegExp, string][] = [
  [/^audio/, 'i-lucide-file-music'], [/^video/, 'i-lucide-file-video'], [/zip|tar|gzip/, 'i-lucide-file-archive'],
  [/json|xml|csv|sheet/, 'i-lucide-file-spreadsheet'], [/^text|pdf|word/, 'i-lucide-file-text'],
]
const EXTENSION = /\.([a-z0-9]{1,5})$/i

export const fileIcon = ({ type }: Pick<StoredFile, 'type'>): string => ICONS.find(([pattern]) => pattern.test(type ?? ''))?.[1] ?? 'i-lucide-file'

/** As people call it: by the ending of its name, else by its type. */
export function fileKind({ type, filename_download }: Pick<StoredFile, 'type' | 'filename_download'>): string {
  const ending = EXTENSION.exec(filename_download)?.[1] ?? type?.split('/').at(-1)?.split('+')[0] ?? ''
  return ending.toUpperCase()
}
