// What the command palette offers: areas, collections and the things one makes most often.
import { computed, type ComputedRef } from 'vue'
import { useRouter } from 'vue-router'
import { logout, session } from '@/api/session'
import { title, userCollections } from '@/model/model'
import { areasFor } from './areas'
import { useModel } from './useModel'
import { useRights } from './useRights'
import { msg, t } from '@/i18n'

interface Entry {
  label: string
  icon: string
  suffix?: string
  onSelect: () => void
}

export interface PaletteGroup {
  id: string
  label: string
  items: Entry[]
}

const MAKE = [
  { label: msg('Diagram of the data model'), icon: 'i-lucide-workflow', to: '/diagram' },
  { label: msg('Create a collection'), icon: 'i-lucide-plus', to: '/model?new=1' },
  { label: msg('Create a user'), icon: 'i-lucide-user-plus', to: '/users/+' },
  { label: msg('Create a role'), icon: 'i-lucide-plus', to: '/roles?new=1' },
  { label: msg('Create a policy'), icon: 'i-lucide-plus', to: '/policies?new=1' },
  { label: msg('View as the public'), icon: 'i-lucide-eye', to: '/view-as' },
]

export function usePalette(): ComputedRef<PaletteGroup[]> {
  const router = useRouter()
  const { model } = useModel()
  const { rights, may } = useRights()
  const entry = ({ label, icon, to, suffix }: { label: string; icon: string; to: string; suffix?: string }): Entry => ({
    label: suffix ? label : t(label), icon, ...(suffix && { suffix }), onSelect: () => void router.push(to),
  })
  const collections = computed(() => userCollections(model.value).filter((each) => each.schema))
  return computed(() => [
    { id: 'areas', label: t('Areas'), items: areasFor(session.admin, (each) => rights.value !== null && may(each, 'read')).map(entry) },
    {
      id: 'collections', label: t('Collections'),
      items: collections.value.map(({ collection }) => entry({
        label: title(collection), suffix: collection, icon: 'i-lucide-table-2', to: `/content/${collection}`,
      })),
    },
    {
      id: 'fields', label: t('Data model'),
      items: session.admin ? collections.value.map(({ collection }) => entry({
        label: title(collection), suffix: collection, icon: 'i-lucide-boxes', to: `/model/${collection}`,
      })) : [],
    },
    {
      id: 'actions', label: t('Actions'),
      items: [
        ...(session.admin ? MAKE.map(entry) : []),
        entry({ label: msg('Your account'), icon: 'i-lucide-user-cog', to: '/account' }),
        { label: t('Log out'), icon: 'i-lucide-log-out', onSelect: () => void logout() },
      ],
    },
  ])
}
