export interface Option<T extends string> {
  readonly value: T
  readonly word: string
  readonly title?: string
}

interface ChoiceProps<T extends string> {
  readonly name: string
  readonly options: readonly Option<T>[]
  /** Null: none of them (a zoomed range). */
  readonly chosen: T | null
  readonly onChoose: (value: T) => void
  /** The key that does the same. */
  readonly letter?: string
}

/** One of a few words in a row; the chosen one is 500 and underlined. */
export function Choice<T extends string>({ name, options, chosen, onChoose, letter }: ChoiceProps<T>) {
  return (
    <fieldset class="choice">
      <legend>{name}</legend>
      {options.map(({ value, word, title }) => (
        <button
          key={value}
          type="button"
          class="option"
          title={title}
          aria-pressed={value === chosen}
          onClick={() => onChoose(value)}
        >
          {word}
        </button>
      ))}
      {letter !== undefined && <kbd>{letter}</kbd>}
    </fieldset>
  )
}

interface SwitchProps {
  readonly word: string
  /** The key that does the same. */
  readonly letter: string
  readonly isOn: boolean
  readonly onChange: (isOn: boolean) => void
}

export function Switch({ word, letter, isOn, onChange }: SwitchProps) {
  return (
    <span class="choice">
      <button type="button" class="option" aria-pressed={isOn} onClick={() => onChange(!isOn)}>
        {word}
      </button>
      <kbd>{letter}</kbd>
    </span>
  )
}
