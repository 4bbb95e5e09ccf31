// The filter operators: their words, and for which kinds of field they make sense. Pure.

export type Arity = 'none' | 'one' | 'two' | 'many'

export interface Operator {
  id: string
  label: string
  arity: Arity
  kinds: readonly string[]
}

const all = 'text number moment boolean json list geometry binary'
const of = (id: string, label: string, kinds: string, arity: Arity = 'one'): Operator => ({
  id, label, arity, kinds: kinds.split(' '),
})

export const OPERATORS: readonly Operator[] = [
  of('_eq', 'equals', 'text number moment boolean'),
  of('_neq', 'does not equal', 'text number moment boolean'),
  of('_contains', 'contains', 'text list json'),
  of('_ncontains', 'does not contain', 'text list json'),
  of('_icontains', 'contains (any case)', 'text list'),
  of('_nicontains', 'does not contain (any case)', 'text list'),
  of('_starts_with', 'starts with', 'text'),
  of('_nstarts_with', 'does not start with', 'text'),
  of('_istarts_with', 'starts with (any case)', 'text'),
  of('_nistarts_with', 'does not start with (any case)', 'text'),
  of('_ends_with', 'ends with', 'text'),
  of('_nends_with', 'does not end with', 'text'),
  of('_iends_with', 'ends with (any case)', 'text'),
  of('_niends_with', 'does not end with (any case)', 'text'),
  of('_lt', 'is less than', 'number moment'),
  of('_lte', 'is at most', 'number moment'),
  of('_gt', 'is greater than', 'number moment'),
  of('_gte', 'is at least', 'number moment'),
  of('_between', 'is between', 'number moment', 'two'),
  of('_nbetween', 'is not between', 'number moment', 'two'),
  of('_in', 'is one of', 'text number moment', 'many'),
  of('_nin', 'is none of', 'text number moment', 'many'),
  of('_null', 'is null', all, 'none'),
  of('_nnull', 'is not null', all, 'none'),
  of('_empty', 'is empty', 'text list json', 'none'),
  of('_nempty', 'is not empty', 'text list json', 'none'),
  of('_intersects', 'intersects', 'geometry'),
  of('_nintersects', 'does not intersect', 'geometry'),
  of('_intersects_bbox', 'intersects the box of', 'geometry'),
  of('_nintersects_bbox', 'does not intersect the box of', 'geometry'),
]

const known = new Map(OPERATORS.map((each) => [each.id, each]))

export const operator = (id: string): Operator | undefined => known.get(id)

export const operatorsFor = (kind: string): Operator[] => OPERATORS.filter((each) => each.kinds.includes(kind))
