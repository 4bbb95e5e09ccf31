// The relation wizard as a pure function: a draft in, the requests that make it real out, in their order.
import { isSystem, type Model, type RelationKind } from './model'
import type { Row } from './types'
import { msg } from '@/i18n'

export interface RelationDraft {
  kind: RelationKind
  /** Where the new field is shown. */
  collection: string
  field: string
  related: string
  /** m2a only. */
  allowed: string[]
  /** The field on the other side: the foreign key of an o2m, or the optional list behind an m2o or m2m. */
  otherField: string
  junction: string
  /** The junction's fields that lead to `collection` and to `related` (m2a: `item`). */
  junctionField: string
  junctionRelated: string
  sortable: boolean
  onDelete: 'SET NULL' | 'CASCADE' | 'NO ACTION'
}

export type Step = ModelStep | { do: 'items'; collection: string; rows: Row[] }

export type ModelStep =
  | { do: 'collection'; name: string; body: Row }
  | { do: 'field'; collection: string; name: string; body: Row }
  | { do: 'relation'; body: Row }

export const RELATION_KINDS: readonly { value: RelationKind; label: string; description: string; icon: string }[] = [
  { value: 'm2o', label: msg('Many to one'), description: msg('Each item points to one other item'), icon: 'i-lucide-arrow-right-from-line' },
  { value: 'o2m', label: msg('One to many'), description: msg('Other items point to this one'), icon: 'i-lucide-list-tree' },
  { value: 'm2m', label: msg('Many to many'), description: msg('Both sides have many, by a junction table'), icon: 'i-lucide-arrow-left-right' },
  { value: 'm2a', label: msg('Many to any'), description: msg('A list of items of several collections'), icon: 'i-lucide-shapes' },
]

/** What an item may be related to: what people work with, then hidden tables such as junctions, then the system's. */
export function relatable(model: Model): string[] {
  const rank = (name: string): number => (isSystem(name) ? 2 : model.collection(name)?.meta?.hidden ? 1 : 0)
  return model.collections.filter((each) => each.schema && model.primaryKey(each.collection)).map((each) => each.collection)
    .sort((one, other) => rank(one) - rank(other) || one.localeCompare(other))
}

/** The names the wizard proposes for a draft that has kind, collection, field and related. */
export function proposed(draft: RelationDraft): RelationDraft {
  const { collection, related, kind } = draft
  const junction = kind === 'm2a' ? `${collection}_${draft.field}` : `${collection}_${bare(related)}`
  const same = collection === related
  return {
    ...draft,
    otherField: draft.otherField || (kind === 'o2m' ? `${collection}_id` : ''),
    junction: draft.junction || junction,
    junctionField: draft.junctionField || `${collection}_id`,
    junctionRelated: draft.junctionRelated || (kind === 'm2a' ? 'item' : `${same ? 'related_' : ''}${bare(related)}_id`),
  }
}

const bare = (name: string): string => name.replace(/^directus_/, '')

export function relationPlan(draft: RelationDraft, model: Model): ModelStep[] {
  return { m2o: manyToOne, o2m: oneToMany, m2m: manyToMany, m2a: manyToAny }[draft.kind](proposed(draft), model)
}

const keyType = (model: Model, collection: string): string => model.primaryKey(collection)?.type ?? 'integer'

function foreignKey(model: Model, collection: string, name: string, related: string, meta: Row = {}): ModelStep {
  const body = {
    field: name, type: keyType(model, related),
    meta: { interface: 'select-dropdown-m2o', special: ['m2o'], ...meta }, schema: {},
  }
  return { do: 'field', collection, name, body }
}

function alias(collection: string, name: string, kind: 'o2m' | 'm2m' | 'm2a'): ModelStep {
  const body = { field: name, type: 'alias', meta: { interface: `list-${kind}`, special: [kind] }, schema: null }
  return { do: 'field', collection, name, body }
}

function link(collection: string, field: string, related: string, meta: Row, onDelete: string): ModelStep {
  const body = { collection, field, related_collection: related, meta, schema: { on_delete: onDelete } }
  return { do: 'relation', body }
}

function manyToOne(draft: RelationDraft, model: Model): ModelStep[] {
  const { collection, field, related, otherField } = draft
  return [
    foreignKey(model, collection, field, related),
    ...(otherField ? [alias(related, otherField, 'o2m')] : []),
    link(collection, field, related, { one_field: otherField || null, one_deselect_action: 'nullify' }, draft.onDelete),
  ]
}

function oneToMany(draft: RelationDraft, model: Model): ModelStep[] {
  const { collection, field, related, otherField } = draft
  const missing = !model.field(related, otherField)
  const sort = draft.sortable ? `${otherField}_sort` : null
  return [
    ...(missing ? [foreignKey(model, related, otherField, collection)] : []),
    ...(sort ? [sortField(related, sort)] : []),
    alias(collection, field, 'o2m'),
    link(related, otherField, collection,
      { one_field: field, sort_field: sort, one_deselect_action: 'nullify' }, draft.onDelete),
  ]
}

const sortField = (collection: string, name: string): ModelStep => ({
  do: 'field', collection, name,
  body: { field: name, type: 'integer', meta: { interface: 'input', hidden: true }, schema: {} },
})

function junctionTable(draft: RelationDraft, fields: Row[]): ModelStep {
  const id = {
    field: 'id', type: 'integer', meta: { hidden: true, readonly: true },
    schema: { is_primary_key: true, has_auto_increment: true },
  }
  const sort = draft.sortable ? [{ field: 'sort', type: 'integer', meta: { hidden: true }, schema: {} }] : []
  const body = {
    collection: draft.junction, meta: { hidden: true, icon: 'import_export' }, schema: {}, fields: [id, ...fields, ...sort],
  }
  return { do: 'collection', name: draft.junction, body }
}

const column = (field: string, type: string): Row => ({ field, type, meta: { hidden: true }, schema: {} })

function manyToMany(draft: RelationDraft, model: Model): ModelStep[] {
  const { collection, field, related, junction, junctionField, junctionRelated, otherField } = draft
  const sort = draft.sortable ? 'sort' : null
  return [
    junctionTable(draft, [
      column(junctionField, keyType(model, collection)), column(junctionRelated, keyType(model, related)),
    ]),
    alias(collection, field, 'm2m'),
    ...(otherField ? [alias(related, otherField, 'm2m')] : []),
    link(junction, junctionRelated, related,
      { one_field: otherField || null, junction_field: junctionField, one_deselect_action: 'nullify' }, draft.onDelete),
    link(junction, junctionField, collection,
      { one_field: field, junction_field: junctionRelated, sort_field: sort, one_deselect_action: 'nullify' }, draft.onDelete),
  ]
}

function manyToAny(draft: RelationDraft, model: Model): ModelStep[] {
  const { collection, field, junction, junctionField, junctionRelated, allowed } = draft
  const sort = draft.sortable ? 'sort' : null
  const anyMeta = { one_allowed_collections: allowed, one_collection_field: 'collection', junction_field: junctionField }
  return [
    junctionTable(draft, [
      column(junctionField, keyType(model, collection)), column(junctionRelated, 'string'), column('collection', 'string'),
    ]),
    alias(collection, field, 'm2a'),
    { do: 'relation', body: { collection: junction, field: junctionRelated, related_collection: null, meta: anyMeta, schema: null } },
    link(junction, junctionField, collection,
      { one_field: field, junction_field: junctionRelated, sort_field: sort, one_deselect_action: 'nullify' }, draft.onDelete),
  ]
}
