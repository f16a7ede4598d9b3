import type { PageProps } from '../shell/page-props.ts'
import { Sentences } from '../shell/sentences.tsx'
import { Trouble, Waiting } from '../shell/states.tsx'
import { ChannelsTable, ChannelsTableSkeleton } from './channels-table.tsx'
import { EmptyPage } from './empty-page.tsx'
import { OpenIncidents } from './open-incidents.tsx'
import { TideTable } from './tide-table.tsx'
import './overview.css'

export function OverviewPage({ overview: answer }: PageProps<'overview'>) {
  const overview = answer.data
  if (overview?.channels.length === 0) return <EmptyPage receiveUrl={overview.receive_url} />
  return (
    <>
      {overview === null ? (
        <p class="sentences sentence" aria-hidden="true">
          &nbsp;
        </p>
      ) : (
        <Sentences sentences={overview.sentences} names={overview.channels.map(({ channel }) => channel)} />
      )}
      <Trouble what="the overview" answer={answer} />
      <Waiting what="the overview" answer={answer} />
      <div class="overview">
        {overview === null ? <ChannelsTableSkeleton /> : <ChannelsTable overview={overview} />}
        {overview !== null && (
          <div class="overview-more">
            <OpenIncidents incidents={overview.incidents} now={Date.parse(overview.freshness.now)} />
            {overview.tide_table.length > 0 && (
              <TideTable days={overview.tide_table} now={Date.parse(overview.freshness.now)} />
            )}
          </div>
        )}
      </div>
    </>
  )
}
