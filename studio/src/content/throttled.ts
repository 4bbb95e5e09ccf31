// Work that is asked for often and done seldom.

export interface Throttled {
  call: () => void
  cancel: () => void
}

const SOON = 60

/** Does the work soon after the first call, and at most once in `gap` milliseconds. */
export function throttled(work: () => void, gap: number): Throttled {
  let timer: ReturnType<typeof setTimeout> | undefined
  let last = 0
  const run = (): void => {
    timer = undefined
    last = Date.now()
    work()
  }
  return {
    call: () => { timer ??= setTimeout(run, Math.max(SOON, last + gap - Date.now())) },
    cancel: () => clearTimeout(timer),
  }
}
