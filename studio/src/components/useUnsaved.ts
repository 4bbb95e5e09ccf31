// Nobody loses what they typed by a click: leaving a form that was edited is asked about, within the Studio and by the browser.
import { onBeforeUnmount, onMounted, type Ref } from 'vue'
import { onBeforeRouteLeave, onBeforeRouteUpdate, type RouteLocationNormalized } from 'vue-router'
import { t } from '@/i18n'
import { useConfirm } from './useConfirm'

export function useUnsaved(dirty: Readonly<Ref<boolean>>): void {
  const confirm = useConfirm()
  const leave = async (): Promise<boolean> =>
    !dirty.value || confirm({ heading: t('Leave without saving?'), text: t('Your changes are lost.'), action: t('Leave') })
  // One kind of page may follow on itself, for another item: the page is another, though the route's record is the same.
  const change = (to: RouteLocationNormalized, from: RouteLocationNormalized): true | Promise<boolean> =>
    JSON.stringify(to.params) === JSON.stringify(from.params) && to.query.copy === from.query.copy ? true : leave()
  const warn = (event: BeforeUnloadEvent): void => { if (dirty.value) event.preventDefault() }
  onBeforeRouteLeave(leave)
  onBeforeRouteUpdate(change)
  onMounted(() => addEventListener('beforeunload', warn))
  onBeforeUnmount(() => removeEventListener('beforeunload', warn))
}
