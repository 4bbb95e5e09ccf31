// The one live connection of the pages: opened with the first page after the login, its state known to all.
import { ref, type Ref } from 'vue'
import { client } from '@/api/client'

export type Connection = 'connecting' | 'open' | 'closed'

export const connection: Ref<Connection> = ref('connecting')

const gaps = new Set<() => void>()
let dropped = false

client.onWebSocket('open', () => {
  connection.value = 'open'
  if (dropped) gaps.forEach((each) => each())
  dropped = false
})
client.onWebSocket('close', () => {
  connection.value = 'closed'
  dropped = true
})

/** Opens it; when it is cut later, the SDK opens it again and renews the subscriptions. */
export function openConnection(): void {
  client.connect().catch(() => { connection.value = 'closed' })
}

/** Calls back whenever events may have been missed. Returns how to stop. */
export function onGap(work: () => void): () => void {
  gaps.add(work)
  return () => gaps.delete(work)
}
