// The areas of the Studio, for the navigation and the command palette.
import { msg } from '@/i18n'

export interface Area {
  label: string
  icon: string
  to: string
  admin: boolean
  /** Only for those who may read rows of it. */
  reads?: string
}

export const AREAS: readonly Area[] = [
  { label: msg('Content'), icon: 'i-lucide-table-2', to: '/content', admin: false },
  { label: msg('Files'), icon: 'i-lucide-images', to: '/files', admin: false, reads: 'directus_files' },
  { label: msg('Data model'), icon: 'i-lucide-boxes', to: '/model', admin: true },
  { label: msg('Users'), icon: 'i-lucide-users', to: '/users', admin: true },
  { label: msg('Roles'), icon: 'i-lucide-id-card', to: '/roles', admin: true },
  { label: msg('Policies'), icon: 'i-lucide-shield-check', to: '/policies', admin: true },
  { label: msg('Realtime'), icon: 'i-lucide-radio', to: '/realtime', admin: false },
  { label: msg('Activity'), icon: 'i-lucide-history', to: '/activity', admin: true },
  { label: msg('API reference'), icon: 'i-lucide-book-open', to: '/reference', admin: false },
  { label: msg('Settings'), icon: 'i-lucide-settings', to: '/settings', admin: true },
]

/** Those that are worth showing to somebody. */
export const areasFor = (admin: boolean, reads: (collection: string) => boolean): Area[] =>
  AREAS.filter((each) => admin || (!each.admin && (!each.reads || reads(each.reads))))
