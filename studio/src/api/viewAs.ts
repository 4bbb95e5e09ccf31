// What somebody else may do and would see. The server answers administrators only.
import type { Effective, Explained, Subject } from '@/access/effective'
import type { Action } from '@/access/matrix'
import type { Key, Row } from '@/model/types'
import { get, type Query } from './client'

export type Place = Subject & { ip?: string }

export const effectiveOf = (place: Place): Promise<Effective> => get('/permissions/effective', { ...place })

export const rowsAs = (place: Place, collection: string, query: Query): Promise<Row[]> => get('/permissions/as', { ...place, collection, ...query })

export const explained = (place: Place, collection: string, action: Action, key?: Key): Promise<Explained> =>
  get('/permissions/explain', { ...place, collection, action, ...(key !== undefined && { key: String(key) }) })
