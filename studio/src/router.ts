// Every page has an address. Pages other than the login are loaded when they are first opened.
import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import { loadProject } from './api/project'
import { session, start } from './api/session'

const pages: RouteRecordRaw[] = [
  { path: '', redirect: '/content' },
  { path: 'content', component: () => import('./pages/ContentHome.vue'), meta: { title: 'Content' } },
  { path: 'content/:collection', component: () => import('./pages/ContentTable.vue'), props: true, meta: { title: 'Content' } },
  { path: 'content/:collection/:id', component: () => import('./pages/ContentItem.vue'), props: true, meta: { title: 'Item' } },
  { path: 'model', component: () => import('./pages/ModelList.vue'), meta: { title: 'Data model', admin: true } },
  { path: 'diagram', component: () => import('./pages/ModelDiagram.vue'), meta: { title: 'Diagram', admin: true } },
  { path: 'model/:collection', component: () => import('./pages/ModelCollection.vue'), props: true, meta: { title: 'Data model', admin: true } },
  { path: 'users', component: () => import('./pages/UserList.vue'), meta: { title: 'Users', admin: true } },
  { path: 'users/:id', component: () => import('./pages/UserPage.vue'), props: true, meta: { title: 'User', admin: true } },
  { path: 'roles', component: () => import('./pages/RoleList.vue'), meta: { title: 'Roles', admin: true } },
  { path: 'roles/:id', component: () => import('./pages/RolePage.vue'), props: true, meta: { title: 'Role', admin: true } },
  { path: 'policies', component: () => import('./pages/PolicyList.vue'), meta: { title: 'Policies', admin: true } },
  { path: 'policies/:id', component: () => import('./pages/PolicyPage.vue'), props: true, meta: { title: 'Policy', admin: true } },
  { path: 'realtime', component: () => import('./pages/Realtime.vue'), meta: { title: 'Realtime' } },
  { path: 'activity', component: () => import('./pages/ActivityList.vue'), meta: { title: 'Activity', admin: true } },
  { path: 'activity/:id', component: () => import('./pages/ActivityPage.vue'), props: true, meta: { title: 'Activity', admin: true } },
  { path: 'settings', component: () => import('./pages/Settings.vue'), meta: { title: 'Settings', admin: true } },
  { path: ':rest(.*)*', component: () => import('./pages/NotFound.vue'), meta: { title: 'Not found' } },
]

void loadProject()

export const router = createRouter({
  history: createWebHistory('/admin/'),
  routes: [
    { path: '/login', component: () => import('./pages/Login.vue'), meta: { title: 'Log in', open: true } },
    { path: '/', component: () => import('./components/Frame.vue'), children: pages },
  ],
})

router.beforeEach(async (to) => {
  await start()
  if (!session.me && !to.meta.open) return { path: '/login', query: to.fullPath === '/content' ? {} : { next: to.fullPath } }
  if (session.me && (to.meta.open || (to.meta.admin && !session.admin))) return '/content'
  return true
})

router.afterEach((to) => {
  const subject = typeof to.params.collection === 'string' ? to.params.collection : null
  document.title = [subject, to.meta.title, 'Rowcast'].filter(Boolean).join(' · ')
})
