import { describe, expect, it } from 'vitest'
import { collectionPayload, collectionRelations, nameProblem, type CollectionDraft } from './newCollection'
import { defaultValue, draftOf, emptyDraft, fieldChanges, fieldPayload, fileRelation } from './fieldDraft'
import { changes, formFields, initialValues, localErrors } from './form'
import { interfaceFor, INTERFACES } from './interfaces'
import { FIELD_TYPES, typeInfo } from './fieldTypes'
import { makeModel, title } from './model'
import { relatable, relationPlan, type RelationDraft } from './relationPlan'
import type { Collection, Field, Relation } from './types'

const meta = { special: null, interface: null, options: null, readonly: false, hidden: false, required: false, sort: null, width: null, note: null, validation: null, validation_message: null }
const schema = { is_primary_key: false, has_auto_increment: false, is_nullable: true, is_unique: false, default_value: null, max_length: null, numeric_precision: null, numeric_scale: null }
const field = (name: string, type = 'string', more: Partial<Field['meta']> = {}, column: Partial<Field['schema']> = {}): Field => ({
  collection: 'notes', field: name, type, meta: { ...meta, ...more }, schema: { ...schema, ...column },
})
const id = field('id', 'integer', { hidden: true }, { is_primary_key: true, has_auto_increment: true, is_nullable: false })
const collection = (name: string): Collection => ({ collection: name, meta: null, schema: { name } })
const relation: Relation = { collection: 'notes', field: 'author', related_collection: 'people', meta: { one_field: 'notes', one_collection_field: null, one_allowed_collections: null, junction_field: null, sort_field: null, one_deselect_action: 'nullify' }, schema: {} }
const model = makeModel(
  [collection('notes'), collection('people')],
  [id, field('text', 'text', { required: true, sort: 2 }), field('author', 'uuid', { sort: 1 }), field('made', 'timestamp', { special: ['date-created'] }),
    { ...field('id', 'uuid', {}, { is_primary_key: true }), collection: 'people' }],
  [relation],
)

describe('a new collection', () => {
  const draft: CollectionDraft = { name: 'messages', singleton: false, keyName: 'id', keyType: 'integer', optional: new Set() }
  it('has its key and nothing else', () => {
    expect(collectionPayload(draft)).toEqual({
      collection: 'messages', meta: { singleton: false }, schema: {},
      fields: [{ field: 'id', type: 'integer', meta: { hidden: true, readonly: true, interface: 'input' }, schema: { is_primary_key: true, has_auto_increment: true } }],
    })
  })
  it('takes the optional fields in their order', () => {
    const all = { ...draft, optional: new Set(['user_created', 'status', 'date_created', 'sort'] as const) }
    const { fields, meta: of } = collectionPayload(all) as { fields: Field[]; meta: object }
    expect(fields.map((each) => each.field)).toEqual(['id', 'status', 'sort', 'date_created', 'user_created'])
    expect(of).toMatchObject({ archive_field: 'status', sort_field: 'sort' })
    expect(collectionRelations(all)).toEqual([{ collection: 'messages', field: 'user_created', related_collection: 'directus_users', schema: { on_delete: 'SET NULL' } }])
  })
  it('makes uuid and hand-entered keys', () => {
    const key = (keyType: CollectionDraft['keyType']) => (collectionPayload({ ...draft, keyType }).fields as Field[])[0]!
    expect(key('uuid').meta?.special).toEqual(['uuid'])
    expect(key('string').schema).toMatchObject({ is_primary_key: true, is_nullable: false })
    expect(key('bigInteger').schema).toMatchObject({ has_auto_increment: true })
  })
  it('says what is wrong with a name', () => {
    expect(nameProblem('', [])).toContain('Enter')
    expect(nameProblem('9x', [])).toContain('letters')
    expect(nameProblem('Notes', ['notes'])).toContain('already')
    expect(nameProblem('directus_x', [])).toContain('system')
    expect(nameProblem('notes2', ['notes'])).toBeNull()
  })
})

describe('the field editor', () => {
  it('makes the body of a plain field', () => {
    expect(fieldPayload({ ...emptyDraft('input'), field: 'text' })).toEqual({
      field: 'text', type: 'string',
      meta: { interface: 'input', special: null, options: null, required: false, hidden: false, readonly: false, width: 'full', note: null, validation: null, validation_message: null },
      schema: { is_nullable: true, is_unique: false, default_value: null },
    })
  })
  it('adds the specials of the type and what is filled in by the server', () => {
    const body = fieldPayload({ ...emptyDraft('datetime'), field: 'at', automatic: 'date-updated' }) as unknown as Field
    expect(body.meta?.special).toEqual(['date-updated', 'cast-timestamp'])
  })
  it('reads defaults by type', () => {
    const of = (type: string, defaultText: string) => defaultValue({ ...emptyDraft(), type, defaultText })
    expect([of('integer', ' 5'), of('boolean', 'true'), of('json', '[1]'), of('string', 'a '), of('string', '')]).toEqual([5, true, [1], 'a ', null])
    expect(() => of('float', 'abc')).toThrow('number')
    expect(() => of('json', '{')).toThrow('JSON')
    expect(of('bigInteger', '9007199254740993')).toBe('9007199254740993')
  })
  it('sends only what changed, and keeps specials it does not show', () => {
    const before = field('made', 'timestamp', { special: ['date-created', 'odd'], interface: 'datetime' })
    expect(fieldChanges(before, draftOf(before))).toEqual({})
    expect(fieldChanges(before, { ...draftOf(before), note: 'Hi', automatic: 'date-updated' })).toEqual({
      meta: { note: 'Hi', special: ['odd', 'date-updated', 'cast-timestamp'] },
    })
    expect(fieldChanges(before, { ...draftOf(before), unique: true })).toEqual({ schema: { is_unique: true } })
  })
})

describe('the item form', () => {
  it('shows what a person may fill in, in order', () => {
    expect(formFields(model, 'notes', true).map((each) => [each.name, each.widget, each.required])).toEqual([
      ['author', 'm2o', false], ['text', 'textarea', true],
    ])
  })
  it('shows the key and what the server filled in, once the item exists', () => {
    const shown = formFields(model, 'notes', false)
    expect(shown.map((each) => each.name)).toEqual(['author', 'text', 'id', 'made'])
    expect(shown.filter((each) => each.readonly).map((each) => each.name)).toEqual(['id', 'made'])
  })
  it('starts with defaults and finds what is missing', () => {
    const fields = formFields(model, 'notes', true)
    expect(initialValues(fields)).toEqual({ author: null, text: null })
    expect(localErrors(fields, { text: '' })).toEqual({ text: 'Please fill this in.' })
  })
  it('sends what differs', () => expect(changes({ a: 1, b: null }, { a: 1, b: 'x', c: null })).toEqual({ b: 'x' }))
})

describe('links', () => {
  it('are found from both sides', () => {
    expect(model.link('notes', 'author')).toMatchObject({ kind: 'm2o', related: 'people', back: 'notes' })
    expect(model.link('people', 'notes')).toMatchObject({ kind: 'o2m', related: 'notes', back: 'author' })
    expect(model.link('notes', 'text')).toBeUndefined()
  })
})

describe('the relation wizard', () => {
  const base: RelationDraft = { kind: 'm2o', collection: 'notes', field: 'owner', related: 'people', allowed: [], otherField: '', junction: '', junctionField: '', junctionRelated: '', sortable: false, onDelete: 'SET NULL' }
  const plan = (more: Partial<RelationDraft>) => relationPlan({ ...base, ...more }, model)
  const outline = (more: Partial<RelationDraft>) => plan(more).map((step) => step.do === 'relation' ? `relation ${step.body.collection}.${step.body.field} → ${step.body.related_collection}` : `${step.do} ${step.do === 'field' ? `${step.collection}.` : ''}${step.name}`)

  it('m2o: a key of the related type', () => {
    expect(outline({})).toEqual(['field notes.owner', 'relation notes.owner → people'])
    expect(plan({})[0]!.body).toMatchObject({ type: 'uuid', meta: { special: ['m2o'] } })
    expect(outline({ otherField: 'owned' })).toContain('field people.owned')
  })
  it('o2m: makes the foreign key when it is missing', () => {
    expect(outline({ kind: 'o2m', field: 'readers' })).toEqual(['field people.notes_id', 'field notes.readers', 'relation people.notes_id → notes'])
  })
  it('m2m: a junction with two keys and two relations', () => {
    expect(outline({ kind: 'm2m', field: 'tags' })).toEqual(['collection notes_people', 'field notes.tags', 'relation notes_people.people_id → people', 'relation notes_people.notes_id → notes'])
  })
  it('m2m with itself keeps the two keys apart', () => {
    const fields = (plan({ kind: 'm2m', related: 'notes', field: 'like' })[0]!.body.fields as Field[]).map((each) => each.field)
    expect(new Set(fields).size).toBe(fields.length)
  })
  it('m2a: an item, a collection, and what is allowed', () => {
    expect(outline({ kind: 'm2a', field: 'blocks', related: '' })).toEqual(['collection notes_blocks', 'field notes.blocks', 'relation notes_blocks.item → null', 'relation notes_blocks.notes_id → notes'])
    expect(plan({ kind: 'm2a', field: 'blocks', allowed: ['people'] })[2]!.body.meta).toMatchObject({ one_allowed_collections: ['people'], one_collection_field: 'collection', junction_field: 'notes_id' })
  })
})

describe('the catalogue', () => {
  it('names only types that exist', () => {
    const types = new Set(FIELD_TYPES.map((each) => each.type))
    expect(INTERFACES.flatMap((each) => each.types).filter((type) => !types.has(type))).toEqual([])
  })
  it('has an interface for every type and for unknown names', () => {
    for (const { type } of FIELD_TYPES) expect(interfaceFor(null, type).types).toContain(type)
    expect(interfaceFor('never-heard', 'boolean').widget).toBe('toggle')
    expect(interfaceFor(null, 'integer').widget).toBe('text')
    expect(typeInfo('strange').kind).toBe('text')
  })
  it('titles names for people', () => {
    expect(title('order_lines')).toBe('Order Lines')
    expect(title('directus_users')).toBe('Users')
    expect(title('user_id')).toBe('User ID')
  })
})

describe('a field that holds a file', () => {
  const draft = { ...emptyDraft('file-image'), field: 'photo' }
  it('is a column and a relation', () => {
    expect(fieldPayload(draft)).toMatchObject({ type: 'uuid', meta: { interface: 'file-image', special: ['file'] } })
    expect(fileRelation('notes', draft)).toMatchObject({ collection: 'notes', field: 'photo', related_collection: 'directus_files' })
    expect(fileRelation('notes', emptyDraft())).toBeNull()
  })
  it('is shown as one in the form', () => {
    const link = { ...relation, field: 'photo', related_collection: 'directus_files' }
    const widget = (face: string) => formFields(makeModel([], [field('photo', 'uuid', { interface: face })], [link]), 'notes', true)[0]!.widget
    expect([widget('file'), widget('file-image')]).toEqual(['file', 'image'])
  })
  it('leaves a plain key alone', () => expect(interfaceFor(null, 'uuid').id).toBe('input'))
  it('edits JSON as JSON unless it is told otherwise', () => expect([interfaceFor(null, 'json').id, interfaceFor(null, 'csv').id]).toEqual(['input-code', 'tags']))
})

it('offers hidden tables and the system’s last for relations', () => {
  const tables = ['zoo', 'directus_users', 'animals_zoo', 'animals', 'keyless']
  const known = makeModel(
    tables.map((collection) => ({ collection, meta: { hidden: collection === 'animals_zoo' }, schema: { name: collection } }) as unknown as Collection),
    tables.slice(0, -1).map((collection) => ({ collection, field: 'id', type: 'integer', meta: null, schema: { is_primary_key: true } }) as unknown as Field), [],
  )
  expect(relatable(known)).toEqual(['animals', 'zoo', 'animals_zoo', 'directus_users'])
})
