// Long work in parts, so that its progress can be seen and it can be stopped between two of them. Pure.

export interface Progress {
  done: number
  total: number
  /** Set by the person; looked at between two parts. */
  stopped: boolean
}

export const newProgress = (total: number): Progress => ({ done: 0, total, stopped: false })

export function parts<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) => list.slice(index * size, (index + 1) * size))
}

/** One part after the other. What was done before a part failed, or before it was stopped, stays done; `progress.done` tells how much. */
export async function inParts<T>(list: readonly T[], size: number, work: (part: T[]) => Promise<unknown>, progress: Progress): Promise<void> {
  for (const part of parts(list, size)) {
    if (progress.stopped) return
    await work(part)
    progress.done += part.length
  }
}

/** Whole per cent. */
export const percent = ({ done, total }: Progress): number => (total === 0 ? 100 : Math.floor((done / total) * 100))
