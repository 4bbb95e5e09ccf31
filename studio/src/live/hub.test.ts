import { expect, it } from 'vitest'
import { makeHub, type Frame } from './hub'

function setting() {
  const sent: Record<string, unknown>[] = []
  const frames: Frame[] = []
  const told: string[] = []
  const hub = makeHub((message) => sent.push(message))
  const hearer = { frame: (frame: Frame) => frames.push(frame), missed: () => told.push('missed'), refused: (code: string) => told.push(code) }
  return { sent, frames, told, hub, hearer }
}
const WISH = { collection: 'a', live: 'set' as const, query: { limit: 5 } }

it('asks as soon as the connection stands, and ends what is no longer wanted', () => {
  const { sent, hub, hearer } = setting()
  const stop = hub.follow(WISH, hearer)
  expect(sent).toEqual([])
  hub.opened()
  expect(sent).toEqual([{ type: 'subscribe', ...WISH, resume: true, uid: 'studio-1' }])
  stop()
  stop()
  expect(sent.slice(1)).toEqual([{ type: 'unsubscribe', uid: 'studio-1' }])
})
it('hands on what belongs to it, and nothing else', () => {
  const { frames, told, hub, hearer } = setting()
  hub.opened()
  hub.follow(WISH, hearer)
  hub.heard({ type: 'subscription', event: 'init', data: [1], position: 'p1', uid: 'studio-1' })
  hub.heard({ type: 'subscription', event: 'create', data: [2], position: 'p2', uid: 'other' })
  hub.heard({ type: 'subscribe', status: 'error', error: { code: 'FORBIDDEN' }, uid: 'studio-1' })
  hub.heard('nonsense')
  expect(frames).toEqual([{ event: 'init', data: [1] }])
  expect(told).toEqual(['FORBIDDEN'])
})
it('goes on after the last frame when the connection comes again', () => {
  const { sent, frames, told, hub, hearer } = setting()
  hub.opened()
  hub.follow(WISH, hearer)
  hub.heard({ type: 'subscription', event: 'init', data: [], position: 'p1', uid: 'studio-1' })
  hub.heard({ type: 'subscription', event: 'update', data: [1], position: 'p2', uid: 'studio-1' })
  hub.closed()
  hub.opened()
  expect(sent.at(-1)).toMatchObject({ since: 'p2', uid: 'studio-1' })
  hub.heard({ type: 'subscription', event: 'resumed', position: 'p3', uid: 'studio-1' })
  hub.closed()
  hub.opened()
  expect(sent.at(-1)).toMatchObject({ since: 'p3' })
  expect([frames.length, told]).toEqual([2, []])
})
it('says that something was missed when nothing tells where to go on', () => {
  const { told, hub, hearer } = setting()
  hub.opened()
  hub.follow({ collection: 'a', event: 'create' }, hearer)
  hub.closed()
  hub.opened()
  expect(told).toEqual(['missed'])
  hub.heard({ type: 'subscription', event: 'init', data: [], uid: 'studio-1' })
  expect(told).toEqual(['missed', 'missed'])
})
