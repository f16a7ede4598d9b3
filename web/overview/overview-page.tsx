import { Switch } from '../shell/choice.tsx'
import { useKeys } from '../shell/keys.ts'
import type { PageProps } from '../shell/page-props.ts'
import { Sentences } from '../shell/sentences.tsx'
import { Trouble, Waiting } from '../shell/states.tsx'
import { go, useZone } from '../view/navigation.ts'
import { ChannelsTable, ChannelsTableSkeleton } from './channels-table.tsx'
import { EmptyPage } from './empty-page.tsx'
import { OpenIncidents } from './open-incidents.tsx'
import { TideTable } from './tide-table.tsx'
import { WeekTable } from './week-table.tsx'
import './overview.css'

export function OverviewPage({ view, overview: answer }: PageProps<'overview'>) {
  const zone = useZone()
  const showTable = (table: boolean): void => go({ page: 'overview', ...(table ? { table } : {}) })
  useKeys({ t: () => showTable(view.table !== true) })
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
      {/* As long as it isn't known how many sentences stand above, this only says that something comes. */}
      <div key={overview === null ? 'coming' : 'there'} class="overview">
        <div>
          {overview === null ? <ChannelsTableSkeleton /> : <ChannelsTable overview={overview} />}
          {overview !== null && (
            <p class="overview-switch">
              <Switch word="The week as a table" letter="t" isOn={view.table === true} onChange={showTable} />
            </p>
          )}
          {overview !== null && view.table === true && <WeekTable overview={overview} zone={zone} />}
        </div>
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
