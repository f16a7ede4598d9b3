import { z } from 'zod'
import { FINDING_KINDS } from '../../../alerts/finding.ts'
import { HELD_BACK_CODES } from '../../../alerts/why/hour-why.ts'
import { ratio, time } from './fields.ts'

const series = z.record(z.string(), z.string()).describe('The dimensions that it is about, besides the channel.')

const condition = z
  .object({
    condition: z.string().describe('What is asked: `loss`, `noise`, `chance` …'),
    met: z.boolean(),
    unit: z.enum(['ratio', 'times', 'points', 'probability', 'count', 'minutes']),
    value: z.number().nullable().describe('What there was, in `unit` (points: 0.01 is one); null: not known.'),
    needed: z.number().nullable().describe('What is told, likewise; null: no size would be.'),
    text: z.string().describe('Both in words.'),
  })
  .meta({ id: 'WhyCondition', description: 'One condition of a detector; all of them must be met.' })

const detectorWindow = z
  .object({
    window_hours: z
      .number()
      .describe('The hours that end with this one; of the fast look parts of one, at the nearest of its looks.'),
    reached: z.number().describe('1 or more: all is met. Else the least that was reached of what is needed, 0 to 1.'),
    met: z.boolean(),
    passed_over: z
      .enum(['over', 'all_channels', 'quicker'])
      .nullable()
      .describe('All is met, and yet it is not told: it was over, or something else is told instead.'),
    conditions: z.array(condition),
  })
  .meta({ id: 'WhyWindow', description: 'What a detector measured over one window.' })

const detector = z
  .object({
    detector: z.string(),
    title: z.string(),
    channel: z.string().describe('`*` for what is asked of all channels together.'),
    series,
    sentence: z.string().describe('The nearest window in words.'),
    nearest: detectorWindow.describe('The window that is nearest to being told.'),
    windows: z.array(detectorWindow).describe('All of them, the shortest first.'),
  })
  .meta({ id: 'WhyDetector', description: 'One detector on one series.' })

export const whyAnswer = z
  .object({
    channel: z.string(),
    hour: time.describe('Its start.'),
    sentence: z.string().describe('The answer.'),
    told: z
      .array(
        z.object({
          kind: z.enum(FINDING_KINDS),
          channel: z.string(),
          series,
          start: time,
          incident: z.int().nullable().describe('The incident that it opened or belongs to.'),
          is_new: z.boolean().describe('This hour gave the incident away.'),
        }),
      )
      .describe('What the hour gave away.'),
    known: z.boolean().describe('False: too little of the hour was listened to.'),
    coverage: ratio,
    seen: z.number().nullable(),
    expected: z.object({ low: z.number(), mid: z.number(), high: z.number() }).nullable(),
    invalid_rate: z.number().nullable(),
    learning: z
      .object({ days: z.number(), of: z.number() })
      .nullable()
      .describe("Null: enough is learnt to judge the channel's volume."),
    incidents: z
      .array(
        z.object({
          id: z.int(),
          kind: z.enum(FINDING_KINDS),
          start: time,
          detected_at: time,
          sentence: z.string().describe('As it stands now.'),
          silenced_by: z.array(z.int()).describe('Silences that held back its mails.'),
        }),
      )
      .describe('Incidents of the channel that went on.'),
    detectors: z.array(detector).describe('What is nearest to being told first.'),
    held_back: z
      .array(z.object({ code: z.enum(HELD_BACK_CODES), text: z.string(), incident: z.int().optional() }))
      .describe('What held it back, the weightiest first; empty where nothing was wrong, or it was told.'),
    would_tell: z
      .array(
        z.object({
          text: z.string(),
          setting: z.record(z.string(), z.unknown()).describe('One of `judge.sensitivity`.'),
          cost: z
            .object({
              also_told: z.int().describe('Incidents of the weeks before that it would have told besides.'),
              days: z.int().describe('Of so many days, which could be judged.'),
              mails_per_year: z
                .number()
                .describe('What that makes in a year for each who gets the mails, with what chance is allowed on top.'),
            })
            .describe('What it would cost beyond the present setting.'),
        }),
      )
      .describe('Sensitivities with which this hour would have been told: each was tried.'),
  })
  .meta({ id: 'WhyAnswer', description: 'Why one was, or was not, told about a channel after an hour.' })

const visibleSize = z.object({
  ratio: z.number().describe('Of what is expected; of `invalid` above the usual rate, 0.01 for one point.'),
  submissions: z.number().describe('Over these hours.'),
})

export const visibilityAnswer = z
  .object({
    hour: time.nullable().describe('The judged hour that it is reckoned at; null: none was judged yet.'),
    series: z.array(
      z
        .object({
          channel: z.string().describe('`*`: all channels at once.'),
          kind: z.enum(['loss', 'invalid']),
          reason: z.string().nullable().describe('Null: all submissions.'),
          per_hour: z
            .number()
            .nullable()
            .describe('Submissions expected in the mean; of `invalid`, received. Null: not learnt.'),
          within_1h: visibleSize.nullable().describe('The least that is told in nine of ten cases; null: nothing is.'),
          within_6h: visibleSize.nullable(),
          within_24h: visibleSize.nullable(),
          blind: z.string().nullable().describe('Why nothing can be seen; null: something can.'),
          sentence: z.string(),
        })
        .meta({ id: 'SeriesVisibility' }),
    ),
  })
  .meta({ id: 'VisibilityAnswer', description: 'How large a trouble of each series must be to be told, and how soon.' })
