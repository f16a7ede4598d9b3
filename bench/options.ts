import { type Arguments, type OptionSpec, readArguments } from '../server/cli/arguments.ts'
import { helpText } from '../server/cli/help.ts'
import { UsageError } from '../server/cli/usage-error.ts'
import { type Floors, floorTexts } from './report.ts'

/** The usual exit code of programs that were asked for something they don't have. */
const EXIT_USAGE = 2

export interface Bench {
  /** As in `npm run bench:NAME`. */
  readonly name: string
  /** What it measures and against what, in paragraphs; an example begins with blanks. */
  readonly about: string
  readonly options: Readonly<Record<string, OptionSpec>>
  readonly floors: Floors
}

/** What a benchmark was asked for. */
export interface Asked extends Pick<Arguments, 'option' | 'all' | 'isOn'> {
  /** A whole number of at least `least`, which is 1 where not said. */
  whole(name: string, otherwise: number, least?: number): number
  /** Ends the process with a sentence about what was asked for. */
  refuse(what: string): never
}

/** Reads the words of the command line. Ends the process after `--help`, and where something was asked for that there isn't. */
export function askedOf(bench: Bench): Asked {
  const words = process.argv.slice(2)
  if (words.includes('--help')) {
    process.stdout.write(helpOf(bench))
    process.exit(0)
  }
  const refuse = (what: string): never => {
    process.stderr.write(`${what}\nnpm run bench:${bench.name} -- --help tells more.\n`)
    return process.exit(EXIT_USAGE)
  }
  const { option, all, isOn } = readOr(bench, words, refuse)
  return {
    option,
    all,
    isOn,
    refuse,
    whole(name, otherwise, least = 1) {
      const text = option(name) ?? String(otherwise)
      const value = Number(text)
      if (text.trim() !== '' && Number.isSafeInteger(value) && value >= least) return value
      return refuse(`--${name} is ${JSON.stringify(text)}: use a whole number from ${least}`)
    },
  }
}

function readOr({ options }: Bench, words: readonly string[], refuse: (what: string) => never): Arguments {
  try {
    return readArguments(words, options, { least: 0, most: 0 })
  } catch (error) {
    if (error instanceof UsageError) return refuse(error.message)
    throw error
  }
}

function helpOf({ name, about, options, floors }: Bench): string {
  return helpText({
    usage: `Usage: npm run bench:${name} -- [OPTION…]`,
    about: `${about.trim()}\n\nThe last line of its output is JSON: what was measured, and each of these goals beside what was reached. It exits with 0 also where one is missed.`,
    options,
    sections: [{ title: 'Goals:', rows: floorTexts(floors) }],
  })
}
