// Every page has an address. Pages other than the login are loaded when they are first opened.
import { watch } from 'vue'
import { createRouter, createWebHistory, type RouteLocationNormalized, type RouteRecordRaw } from 'vue-router'
import { BASE } from './api/place'
import { loadProject } from './api/project'
import { session, start } from './api/session'
import { showUsersLanguage } from './api/tongue'
import { language, msg, t } from './i18n'

const pages: RouteRecordRaw[] = [
  { path: '', redirect: '/content' },
  { path: 'content', component: () => import('./pages/ContentHome.vue'), meta: { title: msg('Content') } },
  { path: 'content/:collection', component: () => import('./pages/ContentTable.vue'), props: true, meta: { title: msg('Content') } },
  { path: 'content/:collection/:id', component: () => import('./pages/ContentItem.vue'), props: true, meta: { title: msg('Item') } },
  { path: 'model', component: () => import('./pages/ModelList.vue'), meta: { title: msg('Data model'), admin: true } },
  { path: 'diagram', component: () => import('./pages/ModelDiagram.vue'), meta: { title: msg('Diagram'), admin: true } },
  { path: 'model/:collection', component: () => import('./pages/ModelCollection.vue'), props: true, meta: { title: msg('Data model'), admin: true } },
  { path: 'users', component: () => import('./pages/UserList.vue'), meta: { title: msg('Users'), admin: true } },
  { path: 'users/:id', component: () => import('./pages/UserPage.vue'), props: true, meta: { title: msg('User'), admin: true } },
  { path: 'roles', component: () => import('./pages/RoleList.vue'), meta: { title: msg('Roles'), admin: true } },
  { path: 'roles/:id', component: () => import('./pages/RolePage.vue'), props: true, meta: { title: msg('Role'), admin: true } },
  { path: 'policies', component: () => import('./pages/PolicyList.vue'), meta: { title: msg('Policies'), admin: true } },
  { path: 'policies/:id', component: () => import('./pages/PolicyPage.vue'), props: true, meta: { title: msg('Policy'), admin: true } },
  { path: 'realtime', component: () => import('./pages/Realtime.vue'), meta: { title: msg('Realtime') } },
  { path: 'activity', component: () => import('./pages/ActivityList.vue'), meta: { title: msg('Activity'), admin: true } },
  { path: 'activity/:id', component: () => import('./pages/ActivityPage.vue'), props: true, meta: { title: msg('Activity'), admin: true } },
  { path: 'settings', component: () => import('./pages/Settings.vue'), meta: { title: msg('Settings'), admin: true } },
  { path: ':rest(.*)*', component: () => import('./pages/NotFound.vue'), meta: { title: msg('Not found') } },
]

const known = loadProject()

export const router = createRouter({
  history: createWebHistory(BASE),
  routes: [
    { path: '/login', component: () => import('./pages/Login.vue'), meta: { title: msg('Log in'), open: true } },
    { path: '/', component: () => import('./components/Frame.vue'), children: pages },
  ],
})

router.beforeEach(async (to) => {
  await Promise.all([start(), known])
  await showUsersLanguage()
  if (!session.me && !to.meta.open) return { path: '/login', query: to.fullPath === '/content' ? {} : { next: to.fullPath } }
  if (session.me && (to.meta.open || (to.meta.admin && !session.admin))) return '/content'
  return true
})

function entitle({ params, meta }: RouteLocationNormalized): void {
  const subject = typeof params.collection === 'string' ? params.collection : null
  document.title = [subject, typeof meta.title === 'string' && t(meta.title), 'Rowcast'].filter(Boolean).join(' · ')
}
router.afterEach(entitle)
watch(language, () => entitle(router.currentRoute.value))
