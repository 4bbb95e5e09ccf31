import { expect, it } from 'vitest'
import { nextTick } from 'vue'
import { useFound } from './useFound'

it('finds by either name, and shows some at first', async () => {
  const all = Array.from({ length: 90 }, (_, index) => `blog_posts_${index}`)
  const { search, many, shown, rest, more } = useFound(() => all)
  expect([many.value, shown.value.length, rest.value]).toEqual([true, 40, 50])
  more()
  expect([shown.value.length, rest.value]).toEqual([80, 10])
  search.value = 'Blog posts 8'
  await nextTick()
  expect([shown.value.length, rest.value]).toEqual([11, 0])
  search.value = ''
  await nextTick()
  expect(shown.value).toHaveLength(40)
  expect(useFound(() => ['a']).many.value).toBe(false)
})
