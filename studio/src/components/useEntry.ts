// One form of the pages before the login: busy while it is sent, an error that helps, a field's error at the field.
import { reactive, type UnwrapNestedRefs } from 'vue'
import { problem, type Problem } from '@/api/problem'

export interface Entry {
  busy: boolean
  error: string
  fields: Record<string, string>
  /** True when it worked. `told` may say something better than the general sentence about an error. */
  run: (work: () => Promise<unknown>, told?: (problem: Problem) => string | undefined) => Promise<boolean>
}

export function useEntry(): UnwrapNestedRefs<Entry> {
  const entry = reactive<Entry>({ busy: false, error: '', fields: {}, run })
  async function run(work: () => Promise<unknown>, told?: (problem: Problem) => string | undefined): Promise<boolean> {
    Object.assign(entry, { busy: true, error: '', fields: {} })
    try {
      await work()
      return true
    } catch (reason) {
      const found = problem(reason)
      entry.fields = found.fields
      entry.error = told?.(found) ?? found.text
      return false
    } finally {
      entry.busy = false
    }
  }
  return entry
}
