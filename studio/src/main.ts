import ui from '@nuxt/ui/vue-plugin'
import { QueryClient, VueQueryPlugin } from '@tanstack/vue-query'
import { createApp } from 'vue'
import App from './App.vue'
import { router } from './router'
import './style.css'

const queryClient = new QueryClient({
  defaultOptions: { queries: { retry: false, staleTime: 30_000, refetchOnWindowFocus: false } },
})

createApp(App).use(router).use(VueQueryPlugin, { queryClient }).use(ui).mount('#app')
