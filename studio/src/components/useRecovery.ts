// When the server is there again after it was away, as the live connection tells.
import { watch } from 'vue'
import { connection } from '@/live/connection'

export function useRecovery(work: () => void): void {
  watch(connection, (now, before) => { if (now === 'open' && before === 'closed') work() })
}
