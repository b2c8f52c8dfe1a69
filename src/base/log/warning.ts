/** Something that was requested and could not be done as requested. All texts are safe to print. */
export interface Warning {
  /** Where the value was given, e.g. `annotation natra.io/ingress-bandwidth: cms.width`. */
  readonly key: string;
  /** The value given: quoted, escaped, cut. */
  readonly given: string;
  /** What is used instead. */
  readonly used: string;
  /** Why the value was not used as given. */
  readonly why: string;
}
