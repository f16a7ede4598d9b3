import { remember, remembered } from './memory.ts'

const KEY = 'name'

/** In whose name this browser acted last; empty: nobody did yet. */
export function lastPerson(): string {
  return remembered(KEY) ?? ''
}

export function rememberPerson(name: string): void {
  remember(KEY, name)
}

interface PersonFieldProps {
  readonly name: string
  readonly onName: (name: string) => void
}

/** Everybody in the thread reads who it was; nobody signs in for it. */
export function PersonField({ name, onName }: PersonFieldProps) {
  return (
    <label class="field">
      <span>Your name</span>
      <input
        type="text"
        name="person"
        required
        maxLength={200}
        autocomplete="name"
        value={name}
        onInput={(event) => onName(event.currentTarget.value)}
      />
    </label>
  )
}
