import { Hono } from 'hono'
import { Registry } from 'prom-client'
import { hostGuard } from '../api/host-guard.ts'
import { securityHeaders } from '../api/security-headers.ts'
import type { ServiceMetrics } from './service-metrics.ts'

/** `GET /metrics`, as Prometheus reads it. */
export function metricsRoutes(metrics: Pick<ServiceMetrics, 'text'>): Hono {
  return new Hono().get('/metrics', async (context) =>
    context.body(await metrics.text(), 200, {
      'Content-Type': Registry.PROMETHEUS_CONTENT_TYPE,
      'Cache-Control': 'no-store',
    }),
  )
}

/** All that a role running alone serves besides its work. Nobody signs in, so it answers to known host names only. */
export function adminApp(metrics: Pick<ServiceMetrics, 'text'>, hostNames: () => readonly string[]): Hono {
  const app = new Hono()
  app.use(hostGuard(hostNames))
  app.use(securityHeaders(() => []))
  app.route('/', metricsRoutes(metrics))
  app.notFound((context) => context.text('Not found: /metrics is all there is\n', 404))
  return app
}
