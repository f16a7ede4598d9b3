/** What the doctor says of one thing. `wrong`: something doesn't work; `mind`: it works, and somebody should know. */
export interface DoctorFinding {
  readonly verdict: 'well' | 'mind' | 'wrong'
  /** `mail server` */
  readonly about: string
  /** A whole sentence, or several. */
  readonly says: string
}
