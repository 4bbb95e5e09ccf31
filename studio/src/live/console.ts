// A connection of its own for the console, apart from the one that keeps the pages live.
import { createDirectus, realtime, staticToken } from '@directus/sdk'
import { onScopeDispose, ref, shallowRef, type Ref } from 'vue'
import { SERVER, SOCKET } from '@/api/place'
import { t } from '@/i18n'

const MOST = 500

export interface Line {
  id: number
  at: Date
  way: 'in' | 'out' | 'note'
  text: string
}

export interface Console {
  lines: Ref<Line[]>
  open: Ref<boolean>
  connect: (token: string) => Promise<void>
  disconnect: () => void
  send: (text: string) => void
  clear: () => void
}

type Client = ReturnType<typeof asSession> | ReturnType<typeof asToken>

// eslint-disable-next-line @typescript-eslint/no-explicit-any
const base = () => createDirectus<any>(SERVER)
const asSession = () => base().with(realtime({ url: SOCKET, authMode: 'public', reconnect: false }))
const asToken = (token: string) => base().with(staticToken(token)).with(realtime({ url: SOCKET, authMode: 'strict', reconnect: false }))

export function useConsole(): Console {
  const lines = ref<Line[]>([])
  const open = ref(false)
  const client = shallowRef<Client | null>(null)
  let last = 0

  function add(way: Line['way'], text: string): void {
    lines.value = [{ id: ++last, at: new Date(), way, text }, ...lines.value].slice(0, MOST)
  }

  async function connect(token: string): Promise<void> {
    disconnect()
    const made = token ? asToken(token) : asSession()
    client.value = made
    made.onWebSocket('open', () => { open.value = true; add('note', token ? t('Connected with the token') : t('Connected as you')) })
    made.onWebSocket('message', (message: unknown) => add('in', JSON.stringify(message, null, 2)))
    made.onWebSocket('close', () => { open.value = false; add('note', t('Closed')) })
    await made.connect().catch(() => add('note', t('The connection was refused')))
  }

  function disconnect(): void {
    if (open.value) client.value?.disconnect()
    client.value = null
    open.value = false
  }

  function send(text: string): void {
    client.value?.sendMessage(text)
    add('out', text)
  }

  onScopeDispose(disconnect)
  return { lines, open, connect, disconnect, send, clear: () => { lines.value = [] } }
}
