// What the server says about the data model, in the form of the wire. Knows no request and no component.

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
export type Row = Record<string, unknown>
export type Key = string | number

export interface FieldMeta {
  special: string[] | null
  interface: string | null
  options: Record<string, unknown> | null
  readonly: boolean
  hidden: boolean
  required: boolean
  sort: number | null
  width: string | null
  note: string | null
  validation: Record<string, unknown> | null
  validation_message: string | null
  /** `[{language, translation}]`: what the project calls it. */
  translations?: unknown
}

export interface FieldSchema {
  is_primary_key: boolean
  has_auto_increment: boolean
  is_nullable: boolean
  is_unique: boolean
  default_value: unknown
  max_length: number | null
  numeric_precision: number | null
  numeric_scale: number | null
}

export interface Field {
  collection: string
  field: string
  type: string
  meta: FieldMeta | null
  schema: FieldSchema | null
}

export interface CollectionMeta {
  icon: string | null
  note: string | null
  color: string | null
  hidden: boolean
  singleton: boolean
  display_template: string | null
  archive_field: string | null
  archive_value: string | null
  sort_field: string | null
  sort: number | null
  group: string | null
  translations?: unknown
  system?: boolean
}

/** `meta` is null for a table of the database that nobody has adopted; `schema` is null for a folder. */
export interface Collection {
  collection: string
  meta: CollectionMeta | null
  schema: { name: string } | null
}

export interface RelationMeta {
  one_field: string | null
  one_collection_field: string | null
  one_allowed_collections: string[] | null
  junction_field: string | null
  sort_field: string | null
  one_deselect_action: string
}

export interface Relation {
  collection: string
  field: string
  related_collection: string | null
  meta: RelationMeta | null
  schema: { on_delete?: string | null } | null
}
