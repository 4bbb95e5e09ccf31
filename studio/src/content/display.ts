// How a value is shown in one line, by the type of its field. Pure apart from the browser's language for dates.
import { region, t } from '@/i18n'
import { typeInfo } from '@/model/fieldTypes'
import { choicesFor } from '@/model/choices'
import type { Model } from '@/model/model'
import { collectionName } from '@/model/names'
import type { Field, Row } from '@/model/types'

const LONG = 200

/** `{{name}} ({{owner.email}})` filled in from a row; what is missing leaves nothing behind. */
export function fillTemplate(template: string, row: Row): string {
  return template.replace(/\{\{\s*([\w.]+)\s*\}\}/g, (_, path: string) => plain(at(row, path.split('.')))).trim()
}

function at(row: unknown, path: string[]): unknown {
  return path.reduce<unknown>((value, name) => (value as Row | null | undefined)?.[name], row)
}

const plain = (value: unknown): string =>
  value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value)

const NAMES = ['name', 'title', 'label', 'headline', 'subject', 'text', 'filename_download', 'email', 'slug']

/** The template of a collection: its own, or the field that most likely names an item. */
export function templateOf(model: Model, collection: string): string {
  if (collection === 'directus_users') return '{{first_name}} {{last_name}}'
  const own = model.collection(collection)?.meta?.display_template
  if (own) return own
  const fields = model.fields(collection)
  const named = NAMES.map((name) => fields.find((each) => each.field === name)).find(Boolean)
  const first = fields.find((each) => each.schema && !each.meta?.hidden && /^(string|text)$/.test(each.type))
  return `{{${(named ?? first ?? model.primaryKey(collection))?.field ?? 'id'}}}`
}

export const templateFields = (template: string): string[] =>
  [...template.matchAll(/\{\{\s*([\w.]+)\s*\}\}/g)].map((match) => match[1]!)

/** An item in words; its key when it has none. */
export function label(model: Model, collection: string, row: Row): string {
  const key = model.primaryKey(collection)?.field ?? 'id'
  return fillTemplate(templateOf(model, collection), row) || plain(row.email) || plain(row[key])
}

const DATE: Intl.DateTimeFormatOptions = { dateStyle: 'medium' }
const MOMENT: Intl.DateTimeFormatOptions = { dateStyle: 'medium', timeStyle: 'medium' }

export function moment(value: string, type: string): string {
  if (type === 'time') return value
  const date = new Date(type === 'date' ? `${value}T00:00:00` : value)
  return Number.isNaN(date.getTime()) ? value : date.toLocaleString(region(), type === 'date' ? DATE : MOMENT)
}

/** A cell of the table. Empty text: nothing to show. */
export function cell(model: Model, field: Field, value: unknown): string {
  if (value === null || value === undefined) return ''
  const link = model.link(field.collection, field.field)
  if (link?.kind === 'm2o' && typeof value === 'object') return label(model, link.related!, value as Row)
  if (link && Array.isArray(value)) return t('{n} item | {n} items', { n: value.length })
  const kind = typeInfo(field.type).kind
  if (kind === 'boolean') return value ? t('Yes') : t('No')
  if (kind === 'moment' && typeof value === 'string') return moment(value, field.type)
  if (field.collection === 'directus_activity' && field.field === 'collection') return collectionName(model, String(value))
  const choice = choicesFor(field).find((each) => String(each.value) === String(value))
  if (choice) return choice.text
  if (Array.isArray(value) && value.every((each) => typeof each !== 'object')) return value.join(', ')
  return plain(value).slice(0, LONG)
}
