// Roles as a tree in reading order. Pure; a cycle or a missing parent never hides a role.

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
  const below = new Set([id])
  for (let grown = true; grown;) {
    const more = roles.filter((each) => each.parent !== null && below.has(each.parent) && !below.has(each.id))
    more.forEach((each) => below.add(each.id))
    grown = more.length > 0
  }
  return roles.filter((each) => !below.has(each.id))
}

/** A role and those above it, the nearest first; none twice, even if they go in a circle. */
export function lineage(roles: readonly Role[], id: string | null): Role[] {
  const found: Role[] = []
  for (let next = id; next !== null;) {
    const role = roles.find((each) => each.id === next)
    if (!role || found.includes(role)) break
    found.push(role)
    next = role.parent
  }
  return found
}
