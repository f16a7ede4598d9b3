import { createServer } from 'node:http'

/** The floor that receiving is measured against: what `node:http` needs to read a body and to answer, and nothing else. */
const server = createServer((request, response) => {
  let bytes = 0
  request.on('data', (piece: Buffer) => {
    bytes += piece.length
  })
  request.on('end', () => response.end(bytes > 0 ? 'OK' : 'Empty'))
})
server.listen({ host: '127.0.0.1', port: 0 }, () => {
  const address = server.address()
  if (typeof address === 'object' && address !== null)
    process.stdout.write(`${JSON.stringify({ port: address.port, msg: 'receiving submissions' })}\n`)
})
process.on('SIGTERM', () => process.exit())
