// Requests that read and change the data model.
import {
  createCollection, createField, createRelation, deleteCollection, deleteField, readCollections, readFields, readRelations,
  updateCollection, updateField,
} from '@directus/sdk'
import { makeModel, type Model } from '@/model/model'
import type { Step } from '@/model/relationPlan'
import type { Collection, Field, Relation, Row } from '@/model/types'
import { patch, send } from './client'
import { createMany } from './items'

export async function readModel(): Promise<Model> {
  const [collections, fields, relations] = await Promise.all([
    send<Collection[]>(readCollections()),
    send<Field[]>(readFields()),
    send<Relation[]>(readRelations()),
  ])
  return makeModel(collections, fields, relations)
}

export const addCollection = (body: Row): Promise<Collection> => send(createCollection(body as never, {}))
export const changeCollection = (name: string, body: Row): Promise<Collection> => send(updateCollection(name as never, body as never, {}))
export const dropCollection = (name: string): Promise<void> => send(deleteCollection(name as never))
export const addField = (collection: string, body: Row): Promise<Field> => send(createField(collection as never, body as never, {}))
export const changeField = (collection: string, field: string, body: Row): Promise<Field> =>
  send(updateField(collection as never, field as never, body as never, {}))
export const dropField = (collection: string, field: string): Promise<void> => send(deleteField(collection as never, field as never))
export const addRelation = (body: Row): Promise<Relation> => send(createRelation(body as never))

/** The order of the fields, all in one request. */
export const sortFields = (collection: string, names: string[]): Promise<Field[]> =>
  patch<Field[]>(`/fields/${encodeURIComponent(collection)}`, names.map((field, index) => ({ field, meta: { sort: index + 1 } })))

/** Runs the steps in order. What was made before a step failed is taken back, newest first. */
export async function runPlan(steps: readonly Step[]): Promise<void> {
  const undo: (() => Promise<void>)[] = []
  try {
    for (const step of steps) {
      if (step.do === 'collection') {
        await addCollection(step.body)
        undo.unshift(() => dropCollection(step.name))
      } else if (step.do === 'field') {
        await addField(step.collection, step.body)
        undo.unshift(() => dropField(step.collection, step.name))
      } else if (step.do === 'items') await createMany(step.collection, step.rows)
      else await addRelation(step.body)
    }
  } catch (error) {
    for (const back of undo) await back().catch(() => undefined)
    throw error
  }
}
