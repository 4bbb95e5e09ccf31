// How the Studio is built: one page under /admin, every icon and style inside, nothing fetched from elsewhere.
import { fileURLToPath } from 'node:url'
import ui from '@nuxt/ui/vite'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

const server = process.env.ROWCAST_URL ?? 'http://127.0.0.1:8055'
const paths = ['items', 'users', 'roles', 'policies', 'permissions', 'access', 'collections', 'fields', 'relations']
const more = ['auth', 'server', 'settings', 'activity', 'revisions', 'utils', 'presets', 'comments']

export default defineConfig({
  base: '/admin/',
  plugins: [
    vue(),
    ui({
      dts: true,
      autoImport: false,
      ui: { colors: { primary: 'teal', neutral: 'zinc' } },
      icon: { clientBundle: { scan: true, sizeLimitKb: 256 } },
    }),
  ],
  resolve: { alias: { '@': fileURLToPath(new URL('src', import.meta.url)) } },
  build: {
    outDir: process.env.STUDIO_OUT ?? fileURLToPath(new URL('../src/rowcast/studio/dist', import.meta.url)),
    emptyOutDir: true,
    target: 'es2022',
    chunkSizeWarningLimit: 700,
  },
  server: {
    proxy: {
      ...Object.fromEntries([...paths, ...more].map((path) => [`/${path}`, { target: server }])),
      '/websocket': { target: server, ws: true },
    },
  },
})
