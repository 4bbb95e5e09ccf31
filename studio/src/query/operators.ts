// The filter operators: their words, and for which kinds of field they make sense. Pure.
import { msg } from '@/i18n'

export type Arity = 'none' | 'one' | 'two' | 'many'

export interface Operator {
  id: string
  label: string
  arity: Arity
  kinds: readonly string[]
  /** Only where a value that is being written is looked at. */
  payload?: boolean
}

const all = 'text number moment boolean json list geometry binary secret'
const of = (id: string, label: string, kinds: string, arity: Arity = 'one'): Operator => ({
  id, label, arity, kinds: kinds.split(' '),
})

export const OPERATORS: readonly Operator[] = [
  of('_eq', msg('equals'), 'text number moment boolean'),
  of('_neq', msg('does not equal'), 'text number moment boolean'),
  of('_contains', msg('contains'), 'text list json'),
  of('_ncontains', msg('does not contain'), 'text list json'),
  of('_icontains', msg('contains (any case)'), 'text list'),
  of('_nicontains', msg('does not contain (any case)'), 'text list'),
  of('_starts_with', msg('starts with'), 'text'),
  of('_nstarts_with', msg('does not start with'), 'text'),
  of('_istarts_with', msg('starts with (any case)'), 'text'),
  of('_nistarts_with', msg('does not start with (any case)'), 'text'),
  of('_ends_with', msg('ends with'), 'text'),
  of('_nends_with', msg('does not end with'), 'text'),
  of('_iends_with', msg('ends with (any case)'), 'text'),
  of('_niends_with', msg('does not end with (any case)'), 'text'),
  of('_lt', msg('is less than'), 'number moment'),
  of('_lte', msg('is at most'), 'number moment'),
  of('_gt', msg('is greater than'), 'number moment'),
  of('_gte', msg('is at least'), 'number moment'),
  of('_between', msg('is between'), 'number moment', 'two'),
  of('_nbetween', msg('is not between'), 'number moment', 'two'),
  of('_in', msg('is one of'), 'text number moment', 'many'),
  of('_nin', msg('is none of'), 'text number moment', 'many'),
  of('_null', msg('is null'), all, 'none'),
  of('_nnull', msg('is not null'), all, 'none'),
  of('_empty', msg('is empty'), 'text list json secret', 'none'),
  of('_nempty', msg('is not empty'), 'text list json secret', 'none'),
  of('_intersects', msg('intersects'), 'geometry'),
  of('_nintersects', msg('does not intersect'), 'geometry'),
  of('_intersects_bbox', msg('intersects the box of'), 'geometry'),
  of('_nintersects_bbox', msg('does not intersect the box of'), 'geometry'),
  { ...of('_regex', msg('matches the pattern'), 'text'), payload: true },
]

const known = new Map(OPERATORS.map((each) => [each.id, each]))

export const operator = (id: string): Operator | undefined => known.get(id)

export const operatorsFor = (kind: string, payload = false): Operator[] =>
  OPERATORS.filter((each) => each.kinds.includes(kind) && (payload || !each.payload))
