// The keyboard shortcuts as they are listed. Keys without Ctrl can be switched off, since people who dictate would press them by speaking.
import { useLocalStorage } from '@vueuse/core'
import type { Ref } from 'vue'
import { session } from '@/api/session'
import { msg } from '@/i18n'
import { AREAS } from './areas'

export interface Shortcut {
  /** As the component library writes them: `meta_s`, `g-c`, `?`. */
  keys: string
  label: string
}

/** Whether keys without Ctrl are listened to. */
export const plainKeys: Ref<boolean> = useLocalStorage('rowcast:plain-keys', true)

const LETTERS: Record<string, string> = {
  '/content': 'c', '/files': 'f', '/model': 'm', '/users': 'u', '/roles': 'r', '/policies': 'p', '/realtime': 'l', '/activity': 'a', '/settings': 's',
  '/reference': 'i',
}

export const GENERAL: readonly Shortcut[] = [
  { keys: 'meta_k', label: msg('Go to a page or a collection') },
  { keys: 'meta_s', label: msg('Save the open form') },
  { keys: '/', label: msg('Go to the search field') },
  { keys: 'n', label: msg('Create something new') },
  { keys: '?', label: msg('Show this help') },
]

/** Areas one may go to, each with its letter. */
export const ways = (): (Shortcut & { to: string })[] =>
  AREAS.filter((each) => (session.admin || !each.admin) && LETTERS[each.to]).map(({ to, label }) => ({ keys: `g-${LETTERS[to]}`, label, to }))

/** `meta_s` → Ctrl and S, `g-c` → G, then C. */
export const keysOf = (keys: string): string[] => keys.split(/[_-](?=.)/).map((key) => (key === 'meta' ? 'meta' : key.toUpperCase()))
