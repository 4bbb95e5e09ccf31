// The field editor as a pure function: a field or an empty draft in, the body of POST or PATCH /fields out.
import { typeInfo } from './fieldTypes'
import { interfaceFor, interfaceNamed } from './interfaces'
import type { Field, Row } from './types'
import { msg, t } from '@/i18n'

export type Automatic = 'none' | 'date-created' | 'date-updated' | 'user-created' | 'user-updated' | 'uuid'

export interface FieldDraft {
  field: string
  interface: string
  type: string
  required: boolean
  nullable: boolean
  unique: boolean
  hidden: boolean
  readonly: boolean
  width: 'half' | 'full'
  note: string
  /** As typed; an empty text is no default. */
  defaultText: string
  maxLength: number | null
  precision: number | null
  scale: number | null
  automatic: Automatic
  options: Record<string, unknown>
  /** What a value has to meet, as a filter. */
  validation: Record<string, unknown> | null
  /** What is said when it does not. */
  message: string
}

const AUTOMATIC: readonly Automatic[] = ['date-created', 'date-updated', 'user-created', 'user-updated', 'uuid']

export const AUTOMATIC_BY_KIND: Record<string, readonly { value: Automatic; label: string }[]> = {
  moment: [
    { value: 'none', label: msg('Nothing') },
    { value: 'date-created', label: msg('Moment of creation') },
    { value: 'date-updated', label: msg('Moment of last change') },
  ],
  uuid: [{ value: 'none', label: msg('Nothing') }, { value: 'uuid', label: msg('A new UUID') }],
}

export function emptyDraft(interfaceId = 'input', type?: string): FieldDraft {
  const face = interfaceNamed(interfaceId)
  return {
    field: '', interface: interfaceId, type: type ?? face.types[0]!, required: false, nullable: true, unique: false,
    hidden: false, readonly: false, width: 'full', note: '', defaultText: '', maxLength: null, precision: null,
    scale: null, automatic: 'none', options: {}, validation: null, message: '',
  }
}

export function draftOf(field: Field): FieldDraft {
  const special = field.meta?.special ?? []
  return {
    field: field.field,
    interface: field.meta?.interface ?? interfaceFor(null, field.type).id,
    type: field.type,
    required: field.meta?.required ?? false,
    nullable: field.schema?.is_nullable ?? true,
    unique: field.schema?.is_unique ?? false,
    hidden: field.meta?.hidden ?? false,
    readonly: field.meta?.readonly ?? false,
    width: field.meta?.width === 'half' ? 'half' : 'full',
    note: field.meta?.note ?? '',
    defaultText: defaultText(field.schema?.default_value),
    maxLength: field.schema?.max_length ?? null,
    precision: field.schema?.numeric_precision ?? null,
    scale: field.schema?.numeric_scale ?? null,
    automatic: AUTOMATIC.find((each) => special.includes(each)) ?? 'none',
    options: { ...field.meta?.options },
    validation: field.meta?.validation ?? null,
    message: field.meta?.validation_message ?? '',
  }
}

function defaultText(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** What the typed default means for the type. Throws an Error with a sentence when it means nothing. */
export function defaultValue(draft: FieldDraft): unknown {
  const text = draft.defaultText.trim()
  if (text === '') return null
  const kind = typeInfo(draft.type).kind
  if (kind === 'boolean') return text === 'true' || text === '1'
  if (kind === 'json') return parsedJson(text)
  if (kind !== 'number') return draft.defaultText
  if (draft.type === 'bigInteger' && /^-?\d+$/.test(text) && !Number.isSafeInteger(Number(text))) return text
  const number = Number(text)
  if (Number.isNaN(number)) throw new Error(t('The default has to be a number.'))
  return number
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error(t('The default has to be valid JSON.'))
  }
}

export function fieldPayload(draft: FieldDraft): Row {
  return { field: draft.field, type: draft.type, meta: metaOf(draft), schema: { ...schemaOf(draft), ...sizes(draft) } }
}

/** Only what the person changed, so that what we do not show is never overwritten. */
export function fieldChanges(before: Field, draft: FieldDraft): Row {
  const was = draftOf(before)
  const meta = differing(metaOf(was), metaOf(draft))
  if (meta.special) meta.special = mergedSpecial(before.meta?.special ?? [], draft)
  if (!before.schema) return Object.keys(meta).length ? { meta } : {}
  const schema = differing({ ...schemaOf(was), ...sizes(was) }, { ...schemaOf(draft), ...sizes(draft) })
  return {
    ...(was.type !== draft.type && { type: draft.type }),
    ...(Object.keys(meta).length && { meta }),
    ...((Object.keys(schema).length || was.type !== draft.type) && { schema }),
  }
}

function metaOf(draft: FieldDraft): Row {
  const special = specialOf(draft)
  const options = Object.entries(draft.options).filter(([, value]) => value !== '' && value !== null && value !== undefined)
  return {
    interface: draft.interface,
    special: special.length ? special : null,
    options: options.length ? Object.fromEntries(options) : null,
    required: draft.required, hidden: draft.hidden, readonly: draft.readonly, width: draft.width,
    note: draft.note || null, validation: draft.validation, validation_message: draft.message || null,
  }
}

function specialOf(draft: FieldDraft): string[] {
  const automatic = draft.automatic === 'none' ? [] : [draft.automatic]
  const file = isFile(draft) ? ['file'] : []
  return [...new Set([...automatic, ...file, ...typeInfo(draft.type).special])]
}

const isFile = (draft: FieldDraft): boolean => draft.interface === 'file' || draft.interface === 'file-image'

/** A file is a relation too, to be made after its field. */
export const fileRelation = (collection: string, draft: FieldDraft): Row | null => (isFile(draft)
  ? { collection, field: draft.field, related_collection: 'directus_files', meta: { one_deselect_action: 'nullify' }, schema: { on_delete: 'SET NULL' } }
  : null)

function mergedSpecial(before: string[], draft: FieldDraft): string[] | null {
  const kept = before.filter((each) => !AUTOMATIC.includes(each as Automatic) && !each.startsWith('cast-'))
  const all = [...new Set([...kept, ...specialOf(draft)])]
  return all.length ? all : null
}

const schemaOf = (draft: FieldDraft): Row => ({
  is_nullable: draft.nullable, is_unique: draft.unique, default_value: defaultValue(draft),
})

function sizes(draft: FieldDraft): Row {
  const size = typeInfo(draft.type).size
  if (size === 'length' && draft.maxLength) return { max_length: draft.maxLength }
  if (size === 'precision' && draft.precision)
    return { numeric_precision: draft.precision, numeric_scale: draft.scale ?? 0 }
  return {}
}

function differing(before: Row, after: Row): Row {
  return Object.fromEntries(
    Object.entries(after).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(before[key])),
  )
}
