// The areas of the Studio, for the navigation and the command palette.

export interface Area {
  label: string
  icon: string
  to: string
  admin: boolean
}

export const AREAS: readonly Area[] = [
  { label: 'Content', icon: 'i-lucide-table-2', to: '/content', admin: false },
  { label: 'Data model', icon: 'i-lucide-boxes', to: '/model', admin: true },
  { label: 'Users', icon: 'i-lucide-users', to: '/users', admin: true },
  { label: 'Roles', icon: 'i-lucide-id-card', to: '/roles', admin: true },
  { label: 'Policies', icon: 'i-lucide-shield-check', to: '/policies', admin: true },
  { label: 'Realtime', icon: 'i-lucide-radio', to: '/realtime', admin: false },
  { label: 'Activity', icon: 'i-lucide-history', to: '/activity', admin: true },
  { label: 'Settings', icon: 'i-lucide-settings', to: '/settings', admin: true },
]
