import { Hono } from 'hono'
import type { Admission } from './admission.ts'

/** What a receiver serves besides submissions: for people, load balancers and monitors. */
export function statusApp({ admission, version }: { admission: Pick<Admission, 'refusal'>; version: string }): Hono {
  const app = new Hono()
  // Whether the process answers at all; the 2013 server's address for it, and that of Mozilla's services.
  app.get('/status', (context) => context.text('OK'))
  app.get('/__lbheartbeat__', (context) => context.text('OK'))
  // Whether it can write: this is what monitors and load balancers look at. What it can't is trouble of its own, hence 500;
  // a receiver that is just leaving says so with 503.
  app.get('/__heartbeat__', (context) => {
    const refusal = admission.refusal()
    if (refusal === null) return context.json({ status: 'ok' })
    return context.json({ status: 'refusing', refusal }, refusal.kind === 'stopping' ? 503 : 500)
  })
  app.get('/__version__', (context) => context.json({ name: 'tidewatch', version }))
  for (const { path } of [...app.routes]) {
    app.all(path, (context) => context.text('Method not allowed: use GET\n', 405, { Allow: 'GET, HEAD' }))
  }
  app.notFound((context) => context.text('Not found\n', 404))
  return app
}
