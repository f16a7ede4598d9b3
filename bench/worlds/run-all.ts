import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type WorldJob, type WorldRun, worldRun } from './world-run.ts'

/** Runs all of `jobs` in `processes` at once, longest worlds first as they come; answers in the order of the jobs. */
export async function runAll(
  jobs: readonly WorldJob[],
  processes: number,
  onRun: (run: WorldRun, done: number) => void,
): Promise<readonly WorldRun[]> {
  const runs = new Map<WorldJob, WorldRun>()
  const waiting = [...jobs]
  const work = async () => {
    const child = fork(fileURLToPath(new URL('../judge-world.js', import.meta.url)))
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      const run = worldRun.parse(await answerTo(child, job))
      runs.set(job, run)
      onRun(run, runs.size)
    }
    child.disconnect()
  }
  await Promise.all(Array.from({ length: Math.min(processes, jobs.length) }, work))
  return jobs.flatMap((job) => runs.get(job) ?? [])
}

function answerTo(child: ChildProcess, job: WorldJob): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) =>
      reject(new Error(`judging ${job.world}, seed ${job.seed}, ended with ${code}`))
    child.once('exit', ended)
    child.once('message', (message) => {
      child.off('exit', ended)
      resolve(message)
    })
    child.send(job)
  })
}
