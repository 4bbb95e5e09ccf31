import { expect, it } from 'vitest'
import { problem } from './problem'

const wire = (code: string, extensions: object = {}, message = 'm') => ({ errors: [{ message, extensions: { code, ...extensions } }] })

it('puts an error at its field', () => {
  expect(problem(wire('RECORD_NOT_UNIQUE', { field: 'email' })).fields.email).toContain('unique')
  expect(problem(wire('FAILED_VALIDATION', { field: 'age', type: 'gt', valid: 3 })).fields.age).toBe('This has to be more than 3.')
})
it('says what cannot be shown at a field', () => {
  expect(problem(wire('FORBIDDEN')).text).toContain('permission')
  expect(problem(wire('STRANGE', {}, 'As the server says.')).text).toBe('As the server says.')
  expect(problem(new TypeError('Failed to fetch')).text).toBe('The server cannot be reached.')
})
