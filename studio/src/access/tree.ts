// Roles as a tree in reading order. Pure; a cycle or a missing parent never hides a role.
import { within } from '@/model/parents'

export interface Role {
  id: string
  name: string
  description: string | null
  parent: string | null
}

export interface Branch extends Role {
  depth: number
}

export function roleTree(roles: readonly Role[]): Branch[] {
  const known = new Set(roles.map((each) => each.id))
  const sorted = [...roles].sort((a, b) => a.name.localeCompare(b.name))
  const seen = new Set<string>()
  const walk = (parent: string | null, depth: number): Branch[] =>
    sorted.filter((each) => !seen.has(each.id) && (each.parent === parent || (depth === 0 && each.parent !== null && !known.has(each.parent))))
      .flatMap((each) => {
        seen.add(each.id)
        return [{ ...each, depth }, ...walk(each.id, depth + 1)]
      })
  const tree = walk(null, 0)
  return [...tree, ...sorted.filter((each) => !seen.has(each.id)).map((each) => ({ ...each, depth: 0 }))]
}

/** A role cannot stand below itself. */
export function possibleParents(roles: readonly Role[], id: string): Role[] {
  const below = within(roles, id)
  return roles.filter((each) => !below.includes(each.id))
}
