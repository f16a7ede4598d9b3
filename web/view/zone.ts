/** In which zone all pages say times; the server's own, and every link's, is UTC. */
export type Zone = 'utc' | 'local'
