// The item form generated from fields: which fields, in which widget, with which value and which error. Pure.
import { interfaceFor, type Widget } from './interfaces'
import type { Link, Model } from './model'
import { fieldName } from './names'
import { typeInfo } from './fieldTypes'
import type { Field, Row } from './types'
import { t } from '@/i18n'

export interface Choice {
  text: string
  value: string | number
}

export interface FormField {
  name: string
  label: string
  note: string | null
  widget: Widget
  type: string
  required: boolean
  readonly: boolean
  wide: boolean
  options: Record<string, unknown>
  choices: Choice[]
  link: Link | undefined
  /** What a new item starts with. */
  initial: unknown
}

const AUTOMATIC = ['date-created', 'date-updated', 'user-created', 'user-updated']
const PRESENTATION = ['no-data', 'group']

/** Hidden fields are left out; a primary key entered by hand is writable only while the item is new. */
export function formFields(model: Model, collection: string, isNew: boolean): FormField[] {
  return model
    .fields(collection)
    .filter((field) => shown(field, isNew))
    .map((field) => formField(model, field, isNew))
}

function shown(field: Field, isNew: boolean): boolean {
  const special = field.meta?.special ?? []
  if (special.some((each) => PRESENTATION.includes(each))) return false
  if (field.schema?.is_primary_key) return !isNew || !generated(field)
  if (field.meta?.hidden) return false
  return !(isNew && special.some((each) => AUTOMATIC.includes(each)))
}

function generated(field: Field): boolean {
  return Boolean(field.schema?.has_auto_increment || field.meta?.special?.includes('uuid'))
}

function formField(model: Model, field: Field, isNew: boolean): FormField {
  const link = model.link(field.collection, field.field)
  const widget = link ? linkWidget(field, link) : interfaceFor(field.meta?.interface, field.type).widget
  const special = field.meta?.special ?? []
  const options = field.meta?.options ?? {}
  return {
    name: field.field,
    label: fieldName(field),
    note: field.meta?.note ?? null,
    widget: widget === 'text' && typeInfo(field.type).kind === 'number' ? 'number' : widget,
    type: field.type,
    required: Boolean(field.meta?.required) || mustBeGiven(field, isNew),
    readonly: Boolean(field.meta?.readonly) || (Boolean(field.schema?.is_primary_key) && !isNew)
      || special.some((each) => AUTOMATIC.includes(each)),
    wide: field.meta?.width !== 'half',
    options,
    choices: choicesOf(options),
    link,
    initial: field.schema?.default_value ?? null,
  }
}

function linkWidget(field: Field, link: Link): Widget {
  if (link.related === 'directus_files' && link.kind === 'm2o') return field.meta?.interface === 'file-image' ? 'image' : 'file'
  if (link.kind === 'm2o') return 'm2o'
  if (link.kind === 'm2a' && !link.junction) return 'text'
  return link.kind === 'm2m' && field.meta?.special?.includes('translations') ? 'translations' : 'list'
}

/** Lists are edited as differences: what they hold is no value of the item. */
export const isList = (field: FormField): boolean => field.widget === 'list' || field.widget === 'translations'

/** A column that takes no null and has no value of its own has to be given. */
function mustBeGiven(field: Field, isNew: boolean): boolean {
  const schema = field.schema
  if (!schema || generated(field) || field.type === 'boolean') return false
  if (schema.is_primary_key) return isNew
  return !schema.is_nullable && schema.default_value === null
}

export function choicesOf(options: Record<string, unknown>): Choice[] {
  if (!Array.isArray(options.choices)) return []
  return options.choices
    .filter((each): each is Choice => typeof each === 'object' && each !== null && 'value' in each)
    .map((each) => ({ text: each.text ?? String(each.value), value: each.value }))
}

export function initialValues(fields: readonly FormField[]): Row {
  return Object.fromEntries(fields.filter((each) => !isList(each)).map((each) => [each.name, each.initial]))
}

/** What has to be sent: the values that differ from what was loaded. */
export function changes(before: Row, after: Row): Row {
  return Object.fromEntries(Object.entries(after).filter(([name, value]) => !same(value, before[name])))
}

export const same = (left: unknown, right: unknown): boolean =>
  JSON.stringify(left ?? null) === JSON.stringify(right ?? null)

/** What a person can be told before anything is sent, by field. */
export function localErrors(fields: readonly FormField[], values: Row): Record<string, string> {
  const found: Record<string, string> = {}
  for (const field of fields) {
    const value = values[field.name]
    if (field.readonly) continue
    if (field.required && (value === null || value === undefined || value === '')) found[field.name] = t('Please fill this in.')
    else if (field.widget === 'code' && value instanceof BrokenJson) found[field.name] = t('This is not valid JSON yet.')
  }
  return found
}

/** The text of a JSON field that cannot be read yet; it is held in the form and never sent. */
export class BrokenJson {
  constructor(readonly text: string) {}
}
