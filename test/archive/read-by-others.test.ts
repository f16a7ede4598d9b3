import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openFilledArchive } from '../../data/archive/testing/filled-archive.ts'

const PYTHON = `
import json, sys
import pandas
rows = pandas.read_parquet(sys.argv[1])
rows = rows.sort_values('document_id')
print(json.dumps([[row.document_id, str(row.channel), str(row.submission_date)[:10], row.payload] for row in rows.itertuples()]))
`
const hasPandas = spawnSync('python3', ['-c', 'import pandas, pyarrow']).status === 0

test.skipIf(!hasPandas)(
  'pandas reads the archive as it lies (skipped where python3 has no pandas and pyarrow)',
  {
    timeout: 60_000,
  },
  async () => {
    const archive = await openFilledArchive({ content: () => ({ kind: 'converted', payload: '{"a":1}', dropped: '' }) })
    onTestFinished(() => archive.close())
    await archive.convert('a', [{ id: 'd1' }, { id: 'd2', channel: 'aurora' }])
    await archive.archive()
    const { stdout, stderr } = spawnSync('python3', ['-c', PYTHON, join(archive.root, 'archive')], { encoding: 'utf8' })
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toEqual([
      ['d1', 'nightly', '2014-01-16', '{"a":1}'],
      ['d2', 'aurora', '2014-01-16', '{"a":1}'],
    ])
  },
)
