// The one live connection of the pages: opened with the first page after the login, its state known to all. What shall be said on it
// when it stands is said by whoever asked to be told.
import { ref, type Ref } from 'vue'
import { client } from '@/api/client'
import { makeHub, type Hearer, type Wish } from './hub'

export type Connection = 'connecting' | 'open' | 'closed'

export const connection: Ref<Connection> = ref('connecting')

export const say = (message: Record<string, unknown>): void => client.sendMessage(message)

const hub = makeHub(say)

client.onWebSocket('open', () => {
  connection.value = 'open'
  hub.opened()
})
client.onWebSocket('close', () => {
  connection.value = 'closed'
  hub.closed()
})
client.onWebSocket('message', hub.heard)

/** Opens it; when it is cut later, the SDK opens it again, and what was followed goes on. */
export function openConnection(): void {
  client.connect().catch(() => { connection.value = 'closed' })
}

/** Begins it anew, as whoever is logged in now; what was followed goes on. */
export function reopenConnection(): void {
  if (connection.value !== 'open') return
  const stop = client.onWebSocket('close', () => {
    stop()
    setTimeout(openConnection)
  })
  client.disconnect()
}

/** Follows rows until the returned function is called. */
export const follow = (wish: Wish, hearer: Hearer): (() => void) => hub.follow(wish, hearer)

/** Calls back with every frame that comes. Returns how to stop. */
export const onFrame = (work: (frame: Record<string, unknown>) => void): (() => void) => client.onWebSocket('message', work)
