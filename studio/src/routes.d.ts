// What a route says about itself.
import 'vue-router'

declare module 'vue-router' {
  interface RouteMeta {
    /** An English sentence, for the title of the window. */
    title?: string
    /** Only for administrators; others are brought `instead`, or to the content. */
    admin?: boolean
    instead?: string
    /** Also for those who are not logged in. */
    open?: boolean
    /** Also for those who are logged in, though it is `open`. */
    always?: boolean
  }
}
