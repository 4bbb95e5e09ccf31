// The types a column may have: their names for people and what may be set on them. Pure.

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
  of('string', 'String', 'text', [], 'length'),
  of('text', 'Text', 'text'),
  of('boolean', 'Boolean', 'boolean', ['cast-boolean']),
  of('integer', 'Integer', 'number'),
  of('bigInteger', 'Big integer', 'number'),
  of('float', 'Float', 'number'),
  of('decimal', 'Decimal', 'number', [], 'precision'),
  of('timestamp', 'Timestamp (with time zone)', 'moment', ['cast-timestamp']),
  of('dateTime', 'Date and time', 'moment', ['cast-datetime']),
  of('date', 'Date', 'moment'),
  of('time', 'Time', 'moment'),
  of('json', 'JSON', 'json', ['cast-json']),
  of('csv', 'Comma-separated list', 'list', ['cast-csv']),
  of('uuid', 'UUID', 'text'),
  of('hash', 'Hash', 'text', ['hash', 'conceal']),
  of('binary', 'Binary', 'binary'),
  of('geometry', 'Geometry', 'geometry'),
  of('geometry.Point', 'Point', 'geometry'),
  of('geometry.LineString', 'Line', 'geometry'),
  of('geometry.Polygon', 'Polygon', 'geometry'),
  of('geometry.MultiPoint', 'Points', 'geometry'),
  of('geometry.MultiLineString', 'Lines', 'geometry'),
  of('geometry.MultiPolygon', 'Polygons', 'geometry'),
]

const known = new Map(FIELD_TYPES.map((each) => [each.type, each]))

/** Unknown types are shown as text, so that a foreign column never breaks a page. */
export function typeInfo(type: string): FieldTypeInfo {
  return known.get(type) ?? of(type, type, 'text')
}
