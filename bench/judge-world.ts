import { runWorld } from './worlds/run-world.ts'
import { worldJob } from './worlds/world-run.ts'

/** A process that lives and judges the worlds it is sent, one after the other; each is answered with what came of it. */
process.on('message', (message) => {
  process.send?.(runWorld(worldJob.parse(message)))
})
process.on('disconnect', () => process.exit(0))
