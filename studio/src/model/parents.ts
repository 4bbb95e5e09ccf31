// Things that stand below others of their kind: folders, roles. Pure; none comes twice, even if they go in a circle.

export interface Child {
  id: string
  parent: string | null
}

/** One and those above it, the nearest first. */
export function lineage<T extends Child>(all: readonly T[], id: string | null): T[] {
  const found: T[] = []
  for (let next = id; next !== null;) {
    const one = all.find((each) => each.id === next)
    if (!one || found.includes(one)) break
    found.push(one)
    next = one.parent
  }
  return found
}

/** The ids of one and of all below it. */
export function within(all: readonly Child[], id: string): string[] {
  const found = new Set([id])
  for (const each of found) all.filter(({ parent }) => parent === each).forEach((below) => found.add(below.id))
  return [...found]
}
