// How the Studio is built: one page under /admin, every icon and style inside, nothing fetched from elsewhere.
import { fileURLToPath } from 'node:url'
import ui from '@nuxt/ui/vite'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import vue from '@vitejs/plugin-vue'
import { defineConfig, type Plugin } from 'vite'

const server = process.env.ROWCAST_URL ?? 'http://127.0.0.1:8055'
const paths = ['items', 'users', 'roles', 'policies', 'permissions', 'access', 'collections', 'fields', 'relations']
const more = ['auth', 'server', 'settings', 'activity', 'revisions', 'utils', 'presets', 'comments', 'files', 'assets', 'folders']

/** Writes each text file in two compressed forms beside it, so that the server never compresses. */
const packed: Plugin = {
  name: 'packed',
  apply: 'build',
  writeBundle({ dir }, bundle) {
    for (const name of [...Object.keys(bundle), 'mark.svg'].filter((each) => /\.(js|css|html|svg)$/.test(each))) {
      const file = join(dir!, name)
      const bytes = readFileSync(file)
      writeFileSync(`${file}.br`, brotliCompressSync(bytes))
      writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }))
    }
  },
}

export default defineConfig(({ command }) => ({
  // Built, every address is relative to the page's <base>, which the server sets.
  base: command === 'serve' ? '/admin/' : './',
  plugins: [
    vue(),
    packed,
    ui({
      dts: true,
      autoImport: false,
      ui: {
        // A long title must not run below the button that closes.
        modal: { slots: { title: 'pe-8' } },
        slideover: { slots: { title: 'pe-8' } },
        colors: { primary: 'teal', neutral: 'zinc' },
        // A shade that keeps white text readable under the pointer too.
        button: {
          compoundVariants: (['primary', 'error', 'success', 'info', 'warning'] as const).map((color) => ({
            color, variant: 'solid' as const, class: `hover:bg-${color} active:bg-${color} hover:brightness-90`,
          })),
        },
      },
      icon: { clientBundle: { scan: { globInclude: ['src/**/*.{vue,ts}'] }, sizeLimitKb: 256 } },
    }),
  ],
  define: { __VUE_I18N_FULL_INSTALL__: false, __VUE_I18N_LEGACY_API__: false, __INTLIFY_PROD_DEVTOOLS__: false },
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
}))
