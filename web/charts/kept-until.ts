import { Component, type ComponentChildren } from 'preact'

interface KeptUntilProps {
  /** What the part is made of: it is drawn anew when one of these is another than before; the list stays as long. */
  readonly changed: readonly unknown[]
  readonly draw: () => ComponentChildren
}

/**
 * A part of a page that is large and changes with few of the page's answers. (Preact copies an element that `useMemo` gives it a second
 * time, and the first one keeps the whole page alive as it was then.)
 */
export class KeptUntil extends Component<KeptUntilProps> {
  override shouldComponentUpdate({ changed }: KeptUntilProps): boolean {
    return changed.some((value, at) => !Object.is(value, this.props.changed[at]))
  }

  override render({ draw }: KeptUntilProps): ComponentChildren {
    return draw()
  }
}
