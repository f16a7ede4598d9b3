/** The addon itself: the function that the package exports around it leaves the level out (1.2.2, its index.js). */
declare module '@mongodb-js/zstd/bindings.js' {
  export { compress, decompress } from '@mongodb-js/zstd'
}
