// Where in a table somebody was, so that going back from an item leads there again. Kept while the page lives.

interface Place {
  first: number
  pixels: number
  keep: (first: number, pixels: number) => void
}

const known = new Map<string, { first: number; pixels: number }>()

export function places(collection: string): Place {
  const was = known.get(collection) ?? { first: 0, pixels: 0 }
  return { ...was, keep: (first, pixels) => { known.set(collection, { first, pixels }) } }
}
