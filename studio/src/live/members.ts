// Who is on a channel, frame by frame. Pure.

export interface Member {
  /** Names a connection. */
  id: string
  user: string | null
  state: unknown
}

export interface Room {
  /** One's own connection; empty until one has joined. */
  self: string
  members: Member[]
}

export const nobody = (): Room => ({ self: '', members: [] })

interface ChannelFrame {
  type?: string
  channel?: string
  event?: string
  id?: string
  members?: Member[]
  member?: Member
}

/** The room after a frame; the same one if the frame is about something else. */
export function roomAfter(room: Room, channel: string, frame: unknown): Room {
  const { type, channel: about, event, id, members, member } = frame as ChannelFrame
  if (type !== 'channel' || about !== channel) return room
  if (event === 'join' && id && members) return { self: id, members: members.filter((each) => each.id !== id) }
  if (event === 'closed') return nobody()
  if (!member || member.id === room.self) return room
  const others = room.members.filter((each) => each.id !== member.id)
  if (event === 'left') return { ...room, members: others }
  return event === 'joined' || event === 'changed' ? { ...room, members: [...others, member] } : room
}

export interface Person {
  /** The user, or the connection of somebody without an account. */
  id: string
  user: string | null
  name: string
  editing: boolean
}

interface Said {
  name?: unknown
  editing?: unknown
}

/** One entry for each user, whoever edits on any of their connections editing. `nameOf` knows names better than what they say. */
export function people(members: readonly Member[], nameOf: (user: string) => string | undefined): Person[] {
  const found = new Map<string, Person>()
  for (const { id, user, state } of members) {
    const said = (typeof state === 'object' && state !== null ? state : {}) as Said
    const name = (user && nameOf(user)) || (typeof said.name === 'string' ? said.name : '')
    const before = found.get(user ?? id)
    found.set(user ?? id, { id: user ?? id, user, name, editing: Boolean(before?.editing) || said.editing === true })
  }
  return [...found.values()].sort((a, b) => a.name.localeCompare(b.name))
}

/** One or two letters that stand for a name. */
export const initials = (name: string): string =>
  (name.match(/\p{L}[^\s._@-]*/gu) ?? []).filter((_, index, all) => index === 0 || index === Math.min(all.length - 1, 1)).map((each) => each[0]!.toUpperCase()).join('')
