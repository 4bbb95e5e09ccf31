// Who else is on a channel while a component shows it. Everybody tells a state: their name, and whether they edit.
import { computed, onScopeDispose, shallowRef, watch, type ComputedRef } from 'vue'
import { displayName, session } from '@/api/session'
import { useNames } from '@/inspect/connections'
import { connection, onFrame, say } from './connection'
import { nobody, people, roomAfter, type Person } from './members'

/** `channel`: null for none. `editing`: shown to the others. */
export function usePresence(channel: () => string | null, editing: () => boolean): ComputedRef<Person[]> {
  const room = shallowRef(nobody())
  const state = (): Record<string, unknown> => ({ name: session.me ? displayName(session.me) : '', editing: editing() })
  let on: string | null = null

  function move(): void {
    const wanted = connection.value === 'open' ? channel() : null
    if (on && on !== wanted && connection.value === 'open') say({ type: 'channel', action: 'leave', channel: on, uid: 'leave' })
    if (on !== wanted) room.value = nobody()
    if (wanted && on !== wanted) say({ type: 'channel', action: 'join', channel: wanted, state: state(), uid: `presence-${wanted}` })
    on = wanted
  }

  watch([connection, channel], move, { immediate: true })
  watch(editing, () => {
    if (on && room.value.self) say({ type: 'channel', action: 'state', channel: on, state: state(), uid: 'state' })
  })
  const stop = onFrame((frame) => { if (on) room.value = roomAfter(room.value, on, frame) })
  onScopeDispose(() => {
    stop()
    if (on && connection.value === 'open') say({ type: 'channel', action: 'leave', channel: on, uid: 'leave' })
  })
  const name = useNames(() => room.value.members.map((each) => each.user))
  return computed(() => people(room.value.members, (user) => {
    const known = name.value(user)
    return known === user ? undefined : known
  }))
}
