// The types a column may have: their names for people and what may be set on them. Pure.
import { msg } from '@/i18n'
import type { Field } from '@/model/types'

export interface FieldTypeInfo {
  type: string
  label: string
  /** Which keys of the column may be chosen. */
  size: 'length' | 'precision' | null
  special: string[]
  kind: 'text' | 'number' | 'boolean' | 'moment' | 'json' | 'list' | 'geometry' | 'binary'
}

const of = (
  type: string, label: string, kind: FieldTypeInfo['kind'], special: string[] = [], size: FieldTypeInfo['size'] = null,
): FieldTypeInfo => ({ type, label, kind, special, size })

export const FIELD_TYPES: readonly FieldTypeInfo[] = [
  of('string', msg('String'), 'text', [], 'length'),
  of('text', msg('Text'), 'text'),
  of('boolean', msg('Boolean'), 'boolean', ['cast-boolean']),
  of('integer', msg('Integer'), 'number'),
  of('bigInteger', msg('Big integer'), 'number'),
  of('float', msg('Float'), 'number'),
  of('decimal', msg('Decimal'), 'number', [], 'precision'),
  of('timestamp', msg('Timestamp (with time zone)'), 'moment', ['cast-timestamp']),
  of('dateTime', msg('Date and time'), 'moment', ['cast-datetime']),
  of('date', msg('Date'), 'moment'),
  of('time', msg('Time'), 'moment'),
  of('json', msg('JSON'), 'json', ['cast-json']),
  of('csv', msg('Comma-separated list'), 'list', ['cast-csv']),
  of('uuid', msg('UUID'), 'text'),
  of('hash', msg('Hash'), 'text', ['hash', 'conceal']),
  of('binary', msg('Binary'), 'binary'),
  of('geometry', msg('Geometry'), 'geometry'),
  of('geometry.Point', msg('Point'), 'geometry'),
  of('geometry.LineString', msg('Line'), 'geometry'),
  of('geometry.Polygon', msg('Polygon'), 'geometry'),
  of('geometry.MultiPoint', msg('Points'), 'geometry'),
  of('geometry.MultiLineString', msg('Lines'), 'geometry'),
  of('geometry.MultiPolygon', msg('Polygons'), 'geometry'),
]

const known = new Map(FIELD_TYPES.map((each) => [each.type, each]))

/** Unknown types are shown as text, so that a foreign column never breaks a page. */
export function typeInfo(type: string): FieldTypeInfo {
  return known.get(type) ?? of(type, type, 'text')
}

const SECRET = ['conceal', 'encrypt', 'hash']

/** Its values are shown to nobody: one can only ask whether there is one. */
export const isSecret = (field: Field): boolean =>
  field.type === 'hash' || Boolean(field.meta?.special?.some((each) => SECRET.includes(each)))

/** What kind of value one can ask for. */
export const askedKind = (field: Field): string => (isSecret(field) ? 'secret' : typeInfo(field.type).kind)
