// Which rows of a long table are asked for: a window around what is seen, moved in steps. Pure.

export const STEP = 100
export const SPAN = 3 * STEP
/** Taller than this no browser can scroll; who looks for what lies beyond, filters or turns the order round. */
export const MOST = 400_000

/** Where the window begins when `first` is the topmost row that is seen: one step before it, so that scrolling back finds rows too. */
export const windowAt = (first: number): number => Math.max(0, (Math.floor(first / STEP) - 1) * STEP)
