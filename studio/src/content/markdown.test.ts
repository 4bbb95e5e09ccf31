import { expect, it } from 'vitest'
import { markdown } from './markdown'

it('makes the usual elements', () => {
  expect(markdown('# Hi\n\na **b** *c* `d`\n\n- x\n- y')).toBe('<h3>Hi</h3><p>a <strong>b</strong> <em>c</em> <code>d</code></p><ul><li>x</li><li>y</li></ul>')
  expect(markdown('```js\na < b\n```')).toBe('<pre><code>a &lt; b\n</code></pre>')
})
it('lets nothing through that could run', () => {
  expect(markdown('<img src=x onerror=alert(1)> [x](javascript:alert(1))')).not.toMatch(/<img|<a /)
  expect(markdown('[x](https://a.b/"onclick="y)')).not.toContain('"onclick="')
})
