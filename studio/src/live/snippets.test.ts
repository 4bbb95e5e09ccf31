import { expect, it } from 'vitest'
import { frames, javascript, python } from './snippets'

const example = { collection: 'messages', columns: ['text', 'user', 'more'] }

it('makes frames that are JSON and name the collection', () => {
  for (const { text } of frames(example)) expect(JSON.parse(text)).toHaveProperty('type')
  expect(JSON.parse(frames(example)[3]!.text).data).toEqual({ text: 'Hello', user: 'Hello' })
})
it('fills in the address', () => {
  expect(javascript('https://a.b', example)).toContain("createDirectus('https://a.b')")
  expect(python('https://a.b', example)).toContain('wss://a.b/websocket')
})
