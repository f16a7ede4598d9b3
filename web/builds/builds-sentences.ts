import type { BuildsAnswer, IncidentAnswer, OverviewAnswer } from '../../server/api/types.ts'
import { failingRun, judgedBuild, speakingBuilds, verdictWords } from './build-verdict.ts'
import { LOOK_BACK_DAYS } from './use-builds.ts'

type Sentence = OverviewAnswer['sentences'][number]

const MOST_SENTENCES = 3
/** More channels than that are a number. */
const MOST_NAMED = 6

/** What is to be said of the newest builds of these channels: a sentence a trouble, then all that is well in one. */
export function buildsSentences(
  answers: readonly Pick<BuildsAnswer, 'channel' | 'builds'>[],
  incidents: readonly Pick<IncidentAnswer, 'id' | 'group'>[],
): readonly Sentence[] {
  const known = answers.filter(({ builds }) => builds.length > 0)
  if (known.length === 0)
    return [{ mark: 'unknown', text: `No new build was seen in the last ${LOOK_BACK_DAYS} days.`, incident: null }]
  const troubles = known.flatMap((answer) => troubleOf(answer, incidents) ?? [])
  const young = known.filter(({ builds }) => speakingBuilds(builds).every(({ verdict }) => verdict === 'wait'))
  const rest = restOf(known.length - troubles.length - young.length, known.length)
  const early: Sentence[] = young.length === 0 ? [] : [youngSentence(young, troubles.length === 0 ? rest : '')]
  const [first, ...others] = [...troubles, ...early].slice(0, MOST_SENTENCES)
  if (first === undefined) return [{ mark: 'well', text: allWell(known), incident: null }]
  if (early.length > 0 && troubles.length === 0) return [first, ...others]
  const said = [first, ...others]
  return said.map((sentence, index) =>
    index === said.length - 1 && rest !== '' ? { ...sentence, text: `${sentence.text} ${rest}` } : sentence,
  )
}

function troubleOf(
  { channel, builds }: Pick<BuildsAnswer, 'channel' | 'builds'>,
  incidents: readonly Pick<IncidentAnswer, 'id' | 'group'>[],
): Sentence | null {
  const run = failingRun(builds)
  const [newest] = run
  const oldest = run.at(-1)
  if (newest === undefined || oldest === undefined) return null
  const { word, mark } = verdictWords(newest, incidents)
  const one = run.length === 1
  const which = one ? `build ${newest.build_id}` : `builds from ${oldest.build_id} on`
  const what =
    word === 'reporting badly' ? (one ? 'reports badly' : 'report badly') : one ? 'isn’t reporting' : 'aren’t reporting'
  return { mark, text: `${channel}: ${which} ${what}.`, incident: newest.reason.incident }
}

function youngSentence(young: readonly Pick<BuildsAnswer, 'channel' | 'builds'>[], rest: string): Sentence {
  const text = `It is too early to say anything of the builds of ${listed(young)}.`
  return { mark: 'learning', text: rest === '' ? text : `${text} ${rest}`, incident: null }
}

function allWell(known: readonly Pick<BuildsAnswer, 'channel' | 'builds'>[]): string {
  const [only] = known
  if (known.length > MOST_NAMED || only === undefined)
    return `The newest builds of ${known.length} channels are healthy.`
  if (known.length > 1) return `The newest builds of ${listed(known)} are healthy.`
  return `${only.channel}: ${judgedBuild(only.builds)?.build_id} is healthy.`
}

function restOf(well: number, all: number): string {
  if (well === 0 || well === all) return ''
  return well === 1 ? 'The other channel’s is healthy.' : 'The others are healthy.'
}

/** `release, beta and nightly` */
function listed(answers: readonly Pick<BuildsAnswer, 'channel'>[]): string {
  const names = answers.map(({ channel }) => channel)
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
