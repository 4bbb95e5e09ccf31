// The stream of commits, as long as a page shows it. However fast they come, the page is drawn a few times a second, with its frames.
import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import { stream } from '@/api/stream'
import { eventReader, kept, type Commit, type Heard } from './commits'

export const MOST = 200 // commits that are kept
const REDRAW = 100 // milliseconds between two drawings
const AGAIN = 1500

export interface CommitSource {
  commits: ShallowRef<Commit[]>
  state: Ref<'connecting' | 'open' | 'cut'>
  /** How many came since the page was opened. */
  seen: Ref<number>
  paused: Ref<boolean>
  error: ShallowRef<unknown>
  clear: () => void
}

/** `collection`: empty for all. */
export function useCommits(collection: Ref<string>): CommitSource {
  const commits = shallowRef<Commit[]>([])
  const state = ref<'connecting' | 'open' | 'cut'>('connecting')
  const seen = ref(0)
  const paused = ref(false)
  const error = shallowRef<unknown>(null)
  let stop = new AbortController()
  let waiting: Commit[] = []
  let drawing: ReturnType<typeof setTimeout> | undefined
  let last = ''

  function draw(): void {
    drawing = undefined
    if (paused.value || waiting.length === 0) return
    commits.value = kept(commits.value, waiting, MOST)
    waiting = []
  }

  const later = (): void => { drawing ??= setTimeout(() => requestAnimationFrame(draw), REDRAW) }

  function hear({ event, id, data }: Heard): void {
    if (event !== 'commit') return
    last = id
    seen.value += 1
    waiting.push(JSON.parse(data) as Commit)
    if (waiting.length > MOST) waiting.shift()
    later()
  }

  async function listen(ending: AbortSignal): Promise<void> {
    const read = eventReader()
    const pieces = await stream('/realtime/commits', { ...(collection.value && { collection: collection.value }) }, ending, last)
    state.value = 'open'
    error.value = null
    for await (const piece of pieces) read(piece).forEach(hear)
  }

  async function keepOn(ending: AbortSignal): Promise<void> {
    while (!ending.aborted) {
      await listen(ending).catch((reason: unknown) => { if (!ending.aborted) error.value = reason })
      if (ending.aborted) return
      state.value = 'cut'
      await new Promise((resolve) => setTimeout(resolve, AGAIN))
    }
  }

  function restart(): void {
    stop.abort()
    stop = new AbortController()
    ;[waiting, last] = [[], '']
    commits.value = []
    void keepOn(stop.signal)
  }

  watch(collection, restart, { immediate: true })
  watch(paused, later)
  onScopeDispose(() => { stop.abort(); clearTimeout(drawing) })
  return { commits, state, seen, paused, error, clear: () => { commits.value = [] } }
}
