// Subscriptions on one connection: each is named, and goes on where it was cut. Knows frames, not the socket that carries them.
import type { Key } from '@/model/types'

/** What shall be followed, in the words of the wire. */
export interface Wish {
  collection: string
  item?: Key
  event?: 'create' | 'update' | 'delete'
  live?: 'set'
  query?: Record<string, unknown>
}

export interface Frame {
  event: 'init' | 'create' | 'update' | 'delete'
  data: unknown
}

export interface Hearer {
  frame: (frame: Frame) => void
  /** Something may have been missed: what is known has to be read anew. */
  missed: () => void
  /** The server does not take the wish. */
  refused?: (code: string) => void
}

export interface Hub {
  follow: (wish: Wish, hearer: Hearer) => () => void
  /** The connection stands, for the first time or again. */
  opened: () => void
  closed: () => void
  heard: (message: unknown) => void
}

interface Followed {
  wish: Wish
  hearer: Hearer
  /** Of the last frame; from there it goes on. */
  position: string | null
  /** It was asked for on an earlier connection. */
  again: boolean
}

interface Message {
  type?: string
  event?: string
  uid?: unknown
  data?: unknown
  position?: string
  status?: string
  error?: { code?: string }
}

export function makeHub(send: (message: Record<string, unknown>) => void): Hub {
  const all = new Map<string, Followed>()
  let last = 0
  let open = false

  function ask(uid: string, { wish, position }: Followed): void {
    send({ type: 'subscribe', ...wish, resume: true, ...(position && { since: position }), uid })
  }

  function follow(wish: Wish, hearer: Hearer): () => void {
    const uid = `studio-${++last}`
    const followed = { wish, hearer, position: null, again: false }
    all.set(uid, followed)
    if (open) ask(uid, followed)
    return () => { if (all.delete(uid) && open) send({ type: 'unsubscribe', uid }) }
  }

  function opened(): void {
    open = true
    for (const [uid, followed] of all) {
      const blind = followed.again && !followed.position
      followed.again = true
      ask(uid, followed)
      if (blind) followed.hearer.missed()
    }
  }

  function closed(): void {
    open = false
    all.forEach((each) => { each.again = true })
  }

  function heard(message: unknown): void {
    const { type, event, uid, data, position, status, error } = (message ?? {}) as Message
    const followed = all.get(String(uid))
    if (!followed) return
    if (type === 'subscribe' && status === 'error') followed.hearer.refused?.(error?.code ?? '')
    if (type !== 'subscription') return
    followed.position = position ?? followed.position
    if (event === 'init' && followed.wish.event) followed.hearer.missed()
    else if (event === 'init' || event === 'create' || event === 'update' || event === 'delete') followed.hearer.frame({ event, data })
  }

  return { follow, opened, closed, heard }
}
