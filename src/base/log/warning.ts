/** Something that was asked for and could not be done as asked. All texts are safe to print. */
export interface Warning {
  /** Where the value stood, e.g. `annotation natra.io/ingress-bandwidth: cms.width`. */
  readonly key: string;
  /** The value given: quoted, escaped, cut. */
  readonly given: string;
  /** What is used instead. */
  readonly used: string;
  /** Why the value was not used as it stands. */
  readonly why: string;
}
