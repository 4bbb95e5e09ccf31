// The wizard for a new collection as a pure function: a draft in, the body of POST /collections out.
import type { Row } from './types'
import { msg, t } from '@/i18n'

export type KeyType = 'integer' | 'bigInteger' | 'uuid' | 'string'
export type OptionalField = 'status' | 'sort' | 'date_created' | 'user_created' | 'date_updated' | 'user_updated'

export interface CollectionDraft {
  name: string
  singleton: boolean
  keyName: string
  keyType: KeyType
  optional: ReadonlySet<OptionalField>
}

export const KEY_TYPES: readonly { value: KeyType; label: string; description: string }[] = [
  { value: 'integer', label: msg('Automatic number'), description: msg('Counts up: 1, 2, 3 …') },
  { value: 'bigInteger', label: msg('Automatic big number'), description: msg('For very many rows') },
  { value: 'uuid', label: msg('Generated UUID'), description: msg('Random, unique everywhere') },
  { value: 'string', label: msg('Entered by hand'), description: msg('A text of your choice') },
]

export const OPTIONAL_FIELDS: readonly { value: OptionalField; label: string; description: string; icon: string }[] = [
  { value: 'status', label: msg('Status'), description: msg('Draft, published or archived'), icon: 'i-lucide-flag' },
  { value: 'sort', label: msg('Sort'), description: msg('An order set by hand'), icon: 'i-lucide-arrow-down-up' },
  { value: 'date_created', label: msg('Created on'), description: msg('When the item was created'), icon: 'i-lucide-calendar-plus' },
  { value: 'user_created', label: msg('Created by'), description: msg('Who created it'), icon: 'i-lucide-user-plus' },
  { value: 'date_updated', label: msg('Updated on'), description: msg('When it last changed'), icon: 'i-lucide-calendar-sync' },
  { value: 'user_updated', label: msg('Updated by'), description: msg('Who changed it last'), icon: 'i-lucide-user-pen' },
]

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

/** Why a name cannot be taken, in words, or null. `taken` are the names that exist. */
export function nameProblem(name: string, taken: Iterable<string>, what = 'collection'): string | null {
  if (!name) return t('Enter a name.')
  if (!NAME.test(name)) return t('Use letters, digits and underscores, and begin with a letter.')
  if (what === 'collection' && name.toLowerCase().startsWith('directus_')) return t('Names that begin with "directus_" are taken by the system.')
  if ([...taken].some((each) => each.toLowerCase() === name.toLowerCase())) return what === 'field' ? t('There is a field of this name already.') : t('There is a collection of this name already.')
  return null
}

export function collectionPayload(draft: CollectionDraft): Row {
  const has = (field: OptionalField): boolean => draft.optional.has(field)
  return {
    collection: draft.name,
    meta: {
      singleton: draft.singleton,
      ...(has('status') && {
        archive_field: 'status', archive_value: 'archived', unarchive_value: 'draft', archive_app_filter: true,
      }),
      ...(has('sort') && { sort_field: 'sort' }),
    },
    schema: {},
    fields: [keyField(draft), ...OPTIONAL_FIELDS.filter((each) => has(each.value)).map((each) => optional[each.value])],
  }
}

/** The relations that the optional user fields need, to be made after the collection. */
export function collectionRelations(draft: CollectionDraft): Row[] {
  return (['user_created', 'user_updated'] as const)
    .filter((field) => draft.optional.has(field))
    .map((field) => ({
      collection: draft.name, field, related_collection: 'directus_users', schema: { on_delete: 'SET NULL' },
    }))
}

function keyField({ keyName, keyType }: CollectionDraft): Row {
  const schema = { is_primary_key: true, ...(/nteger$/.test(keyType) && { has_auto_increment: true }) }
  if (keyType === 'string')
    return { field: keyName, type: 'string', meta: { interface: 'input', required: true }, schema: { ...schema, max_length: 255, is_nullable: false } }
  const special = keyType === 'uuid' ? { special: ['uuid'] } : {}
  return { field: keyName, type: keyType, meta: { hidden: true, readonly: true, interface: 'input', ...special }, schema }
}

const stamp = (field: string, type: string, special: string, face: string): Row => ({
  field, type, meta: { special: [special], interface: face, readonly: true, hidden: true, width: 'half' }, schema: {},
})

const statuses = () => [
  { text: t('Draft'), value: 'draft' }, { text: t('Published'), value: 'published' }, { text: t('Archived'), value: 'archived' },
]

const optional: Record<OptionalField, Row> = {
  get status() {
    return {
      field: 'status', type: 'string',
      meta: { interface: 'select-dropdown', options: { choices: statuses() }, width: 'half' },
      schema: { default_value: 'draft', is_nullable: false },
    }
  },
  sort: { field: 'sort', type: 'integer', meta: { interface: 'input', hidden: true }, schema: {} },
  date_created: stamp('date_created', 'timestamp', 'date-created', 'datetime'),
  user_created: stamp('user_created', 'uuid', 'user-created', 'select-dropdown-m2o'),
  date_updated: stamp('date_updated', 'timestamp', 'date-updated', 'datetime'),
  user_updated: stamp('user_updated', 'uuid', 'user-updated', 'select-dropdown-m2o'),
}
