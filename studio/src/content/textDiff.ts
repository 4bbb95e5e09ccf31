// What changed within a text, word by word. Pure.

export interface Piece {
  way: 'same' | 'gone' | 'new'
  text: string
}

const MOST = 600 // words on each side; a longer text is shown as a whole

const words = (text: string): string[] => text.match(/\s+|[^\s]+/g) ?? []

/** Null when the texts are too long to compare. */
export function textDiff(before: string, after: string): Piece[] | null {
  const [left, right] = [words(before), words(after)]
  if (left.length > MOST || right.length > MOST) return null
  const longest = lengths(left, right)
  const pieces: Piece[] = []
  const put = (way: Piece['way'], text: string): void => {
    const last = pieces.at(-1)
    if (last?.way === way) last.text += text
    else pieces.push({ way, text })
  }
  let [a, b] = [0, 0]
  while (a < left.length || b < right.length) {
    if (a < left.length && b < right.length && left[a] === right[b]) { put('same', left[a]!); a++; b++ }
    else if (b >= right.length || (a < left.length && longest[a + 1]![b]! >= longest[a]![b + 1]!)) put('gone', left[a++]!)
    else put('new', right[b++]!)
  }
  return pieces
}

/** `[a][b]`: how many words the rests from `a` and from `b` have in common, in their order. */
function lengths(left: readonly string[], right: readonly string[]): Uint16Array[] {
  const table = Array.from({ length: left.length + 1 }, () => new Uint16Array(right.length + 1))
  for (let a = left.length - 1; a >= 0; a--)
    for (let b = right.length - 1; b >= 0; b--)
      table[a]![b] = left[a] === right[b] ? table[a + 1]![b + 1]! + 1 : Math.max(table[a + 1]![b]!, table[a]![b + 1]!)
  return table
}
