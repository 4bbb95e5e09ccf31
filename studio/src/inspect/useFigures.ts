// The server's counts, read every second while the page is seen.
import { useDocumentVisibility, useIntervalFn } from '@vueuse/core'
import { computed, shallowRef, watch, type ComputedRef, type ShallowRef } from 'vue'
import { get } from '@/api/client'
import { latencySince, sampleOf, type Figures, type Latency, type Sample } from './figures'

export const ROOM = 120 // samples: two minutes
const PERIOD = 1000

export interface FigureSource {
  figures: ShallowRef<Figures | null>
  samples: ShallowRef<Sample[]>
  /** Of the time that the page is open. */
  latency: ComputedRef<Latency | null>
  error: ShallowRef<unknown>
}

export function useFigures(): FigureSource {
  const figures = shallowRef<Figures | null>(null)
  const samples = shallowRef<Sample[]>([])
  const error = shallowRef<unknown>(null)
  const first = shallowRef<Figures | null>(null)
  let read = 0
  let busy = false

  async function look(): Promise<void> {
    if (busy) return
    busy = true
    try {
      const now = await get<Figures>('/realtime/figures')
      take(now, performance.now())
      error.value = null
    } catch (reason) {
      error.value = reason
    } finally {
      busy = false
    }
  }

  function take(now: Figures, at: number): void {
    const sample = figures.value && sampleOf(figures.value, now, (at - read) / 1000, at)
    if (sample) samples.value = [...samples.value, sample].slice(-ROOM)
    else [first.value, samples.value] = [now, []]
    figures.value = now
    read = at
  }

  const { pause, resume } = useIntervalFn(look, PERIOD, { immediateCallback: true })
  const visible = useDocumentVisibility()
  watch(visible, (state) => { if (state === 'visible') resume(); else pause() })
  const latency = computed(() => (figures.value && first.value ? latencySince(first.value.latency, figures.value.latency) : null))
  return { figures, samples, latency, error }
}
