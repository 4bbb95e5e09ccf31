// Every page has an address. Pages other than the login are loaded when they are first opened.
import { ref, watch, type Ref } from 'vue'
import { createRouter, createWebHistory, type RouteLocationNormalized, type RouteRecordRaw } from 'vue-router'
import { BASE, pageAddress } from './api/place'
import { loadProject, project } from './api/project'
import { session, start } from './api/session'
import { showUsersLanguage } from './api/tongue'
import { language, msg, t } from './i18n'

const pages: RouteRecordRaw[] = [
  { path: '', redirect: '/content' },
  { path: 'content', component: () => import('./pages/ContentHome.vue'), meta: { title: msg('Content') } },
  { path: 'content/:collection', component: () => import('./pages/ContentTable.vue'), props: true, meta: { title: msg('Content') } },
  { path: 'content/:collection/:id', component: () => import('./pages/ContentItem.vue'), props: true, meta: { title: msg('Item') } },
  { path: 'files', component: () => import('./pages/FileList.vue'), meta: { title: msg('Files') } },
  { path: 'files/:id', component: () => import('./pages/FilePage.vue'), props: true, meta: { title: msg('File') } },
  { path: 'model', component: () => import('./pages/ModelList.vue'), meta: { title: msg('Data model'), admin: true } },
  { path: 'diagram', component: () => import('./pages/ModelDiagram.vue'), meta: { title: msg('Diagram'), admin: true } },
  { path: 'model/:collection', component: () => import('./pages/ModelCollection.vue'), props: true, meta: { title: msg('Data model'), admin: true } },
  { path: 'users', component: () => import('./pages/UserList.vue'), meta: { title: msg('Users'), admin: true } },
  { path: 'users/:id', component: () => import('./pages/UserPage.vue'), props: true, meta: { title: msg('User'), admin: true } },
  { path: 'roles', component: () => import('./pages/RoleList.vue'), meta: { title: msg('Roles'), admin: true } },
  { path: 'roles/:id', component: () => import('./pages/RolePage.vue'), props: true, meta: { title: msg('Role'), admin: true } },
  { path: 'policies', component: () => import('./pages/PolicyList.vue'), meta: { title: msg('Policies'), admin: true } },
  { path: 'policies/:id', component: () => import('./pages/PolicyPage.vue'), props: true, meta: { title: msg('Policy'), admin: true } },
  { path: 'realtime', component: () => import('./pages/RealtimeOverview.vue'), meta: { title: msg('Realtime'), admin: true, instead: '/realtime/console' } },
  { path: 'realtime/connections', component: () => import('./pages/RealtimeConnections.vue'), meta: { title: msg('Connections'), admin: true } },
  { path: 'realtime/views', component: () => import('./pages/RealtimeViews.vue'), meta: { title: msg('Views'), admin: true } },
  { path: 'realtime/commits', component: () => import('./pages/RealtimeCommits.vue'), meta: { title: msg('Commits'), admin: true } },
  { path: 'realtime/console', component: () => import('./pages/RealtimeConsole.vue'), meta: { title: msg('Console') } },
  { path: 'activity', component: () => import('./pages/ActivityList.vue'), meta: { title: msg('Activity'), admin: true } },
  { path: 'activity/:id', component: () => import('./pages/ActivityPage.vue'), props: true, meta: { title: msg('Activity'), admin: true } },
  { path: 'settings', component: () => import('./pages/Settings.vue'), meta: { title: msg('Settings'), admin: true } },
  { path: 'account', component: () => import('./pages/Account.vue'), meta: { title: msg('Your account') } },
  { path: 'view-as', component: () => import('./pages/ViewAs.vue'), meta: { title: msg('View as'), admin: true } },
  { path: 'reference', component: () => import('./pages/ApiReference.vue'), meta: { title: msg('API reference') } },
  { path: ':rest(.*)*', component: () => import('./pages/NotFound.vue'), meta: { title: msg('Not found') } },
]

const entries: RouteRecordRaw[] = [
  { path: '/setup', component: () => import('./pages/Setup.vue'), meta: { title: msg('Set up'), open: true } },
  { path: '/request-reset', component: () => import('./pages/RequestReset.vue'), meta: { title: msg('Forgot your password?'), open: true } },
  { path: '/reset-password', component: () => import('./pages/ChoosePassword.vue'), props: { invited: false }, meta: { title: msg('A new password'), open: true, always: true } },
  { path: '/accept-invite', component: () => import('./pages/ChoosePassword.vue'), props: { invited: true }, meta: { title: msg('Welcome'), open: true, always: true } },
  { path: '/register', component: () => import('./pages/Register.vue'), meta: { title: msg('Create an account'), open: true } },
]

const known = loadProject()

export const router = createRouter({
  history: createWebHistory(BASE),
  routes: [
    ...entries,
    { path: '/login', component: () => import('./pages/Login.vue'), meta: { title: msg('Log in'), open: true } },
    { path: '/', component: () => import('./components/Frame.vue'), children: pages },
  ],
})

router.beforeEach(async (to) => {
  await Promise.all([start(), known])
  await showUsersLanguage()
  if (!project.setUp && to.path !== '/setup') return { path: '/setup', query: to.query.code ? { code: to.query.code } : {} }
  if (project.setUp && to.path === '/setup') return '/login'
  if (!session.me && !to.meta.open) return { path: '/login', query: to.fullPath === '/content' ? {} : { next: to.fullPath } }
  if (to.meta.always) return true
  if (session.lacksFactor && to.path !== '/account') return '/account'
  if (session.me && (to.meta.open || (to.meta.admin && !session.admin))) return to.meta.instead ?? '/content'
  return true
})

// A page that cannot be loaded: the server is away, or it serves another build by now. Then the address is opened anew, but once.
const ANEW = 'rowcast:anew'
const UNLOADED = /dynamically imported module|module script failed|preload CSS/i
const missing = ref(0)
/** Counts the pages that could not be opened since the server is away. */
export const unopened: Readonly<Ref<number>> = missing
router.onError(async (error: Error, to) => {
  if (!UNLOADED.test(error.message)) return
  const there = await fetch(pageAddress('/'), { method: 'HEAD', cache: 'no-store' }).then(({ ok }) => ok, () => false)
  if (!there || sessionStorage.getItem(ANEW) === to.fullPath) {
    missing.value += 1
    return
  }
  sessionStorage.setItem(ANEW, to.fullPath)
  location.assign(pageAddress(to.fullPath))
})
router.afterEach((to, _, failure) => { if (!failure && sessionStorage.getItem(ANEW) === to.fullPath) sessionStorage.removeItem(ANEW) })

function entitle({ params, meta }: RouteLocationNormalized): void {
  const subject = typeof params.collection === 'string' ? params.collection : null
  document.title = [subject, typeof meta.title === 'string' && t(meta.title), 'Rowcast'].filter(Boolean).join(' · ')
}
router.afterEach(entitle)
watch(language, () => entitle(router.currentRoute.value))
