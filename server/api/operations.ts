import type { ApiContext } from './api-context.ts'
import type { Operation } from './http/operation.ts'
import { actingOperations } from './routes/acting.ts'
import { annotationOperations } from './routes/annotations.ts'
import { buildsOperation } from './routes/builds.ts'
import { gateOperation } from './routes/gate.ts'
import { incidentOperations } from './routes/incidents.ts'
import { mailOperations } from './routes/mails.ts'
import { withDescription } from './routes/openapi.ts'
import { overviewOperations } from './routes/overview.ts'
import { problemOperations } from './routes/problems.ts'
import { seriesOperation } from './routes/series.ts'
import { serviceOperations } from './routes/service.ts'
import { streamOperation } from './routes/stream.ts'
import { submissionOperations } from './routes/submissions.ts'
import { whyOperations } from './routes/why.ts'

/** All that is served under /api/v1. `apiFor` answers what a kind of question is asked through, so that none holds up the others. */
export function apiOperations(apiFor: (kind: string) => ApiContext): readonly Operation[] {
  return withDescription([
    ...overviewOperations(apiFor('overview')),
    seriesOperation(apiFor('series')),
    buildsOperation(apiFor('builds')),
    gateOperation(apiFor('gate')),
    ...problemOperations(apiFor('problems')),
    ...submissionOperations(apiFor('submissions')),
    ...incidentOperations(apiFor('incidents')),
    ...whyOperations(apiFor('why')),
    ...actingOperations(apiFor('acting')),
    ...annotationOperations(apiFor('annotations')),
    ...mailOperations(apiFor('mails')),
    ...serviceOperations(apiFor('service')),
    streamOperation(apiFor('stream')),
  ])
}
