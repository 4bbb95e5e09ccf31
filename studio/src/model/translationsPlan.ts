// Texts in several languages as a pure function: which fields of a collection, in; the tables and relations that hold them, out.
import type { Model } from './model'
import type { Step } from './relationPlan'
import type { Field, Row } from './types'

export interface TranslationsDraft {
  collection: string
  /** The new field that shows the translations. */
  field: string
  /** Fields of the collection whose texts are held once for each language. */
  texts: string[]
  /** Where the languages are; made when it does not exist. */
  languages: string
}

export const STARTERS: readonly Row[] = [
  { code: 'en-US', name: 'English', direction: 'ltr' }, { code: 'de-DE', name: 'Deutsch', direction: 'ltr' },
  { code: 'es-ES', name: 'Español', direction: 'ltr' }, { code: 'fr-FR', name: 'Français', direction: 'ltr' },
]

export const junctionOf = (draft: TranslationsDraft): string => `${draft.collection}_${draft.field}`

/** What can be said in several languages: own columns that hold text. */
export const translatable = (model: Model, collection: string): Field[] => model.fields(collection)
  .filter((each) => each.schema && !each.schema.is_primary_key && /^(string|text)$/.test(each.type) && !model.link(collection, each.field))

export function translationsPlan(draft: TranslationsDraft, model: Model): Step[] {
  const { collection, field, languages } = draft
  const junction = junctionOf(draft)
  const [back, code] = [`${collection}_id`, `${languages}_code`]
  const existing = model.primaryKey(languages)
  const meta = { one_deselect_action: 'nullify' }
  return [
    ...(existing ? [] : languageTable(languages)),
    { do: 'collection', name: junction, body: junctionTable(draft, model, back, code) },
    { do: 'field', collection, name: field, body: { field, type: 'alias', meta: { interface: 'translations', special: ['translations'] }, schema: null } },
    { do: 'relation', body: { collection: junction, field: code, related_collection: languages, meta: { ...meta, one_field: null, junction_field: back }, schema: { on_delete: 'SET NULL' } } },
    { do: 'relation', body: { collection: junction, field: back, related_collection: collection, meta: { ...meta, one_field: field, junction_field: code }, schema: { on_delete: 'SET NULL' } } },
  ]
}

const column = (field: string, type: string, meta: Row = { hidden: true }, schema: Row = {}): Row => ({ field, type, meta, schema })

function languageTable(languages: string): Step[] {
  const fields = [
    column('code', 'string', { interface: 'input', required: true }, { is_primary_key: true, max_length: 255, is_nullable: false }),
    column('name', 'string', { interface: 'input' }), column('direction', 'string', { interface: 'input' }, { default_value: 'ltr' }),
  ]
  return [
    { do: 'collection', name: languages, body: { collection: languages, meta: { display_template: '{{name}}' }, schema: {}, fields } },
    { do: 'items', collection: languages, rows: [...STARTERS] },
  ]
}

function junctionTable(draft: TranslationsDraft, model: Model, back: string, code: string): Row {
  const id = column('id', 'integer', { hidden: true, readonly: true }, { is_primary_key: true, has_auto_increment: true })
  const texts = draft.texts.map((name) => copyOf(model.field(draft.collection, name)!))
  return {
    collection: junctionOf(draft), meta: { hidden: true, icon: 'translate' }, schema: {},
    fields: [id, column(back, model.primaryKey(draft.collection)?.type ?? 'integer'), column(code, model.primaryKey(draft.languages)?.type ?? 'string'), ...texts],
  }
}

/** The same field again; a translation may be missing, so nothing in it is demanded. */
function copyOf(field: Field): Row {
  const { interface: face = 'input', options = null, note = null, width = 'full' } = field.meta ?? {}
  return column(field.field, field.type, { interface: face, options, note, width }, field.schema?.max_length ? { max_length: field.schema.max_length } : {})
}
