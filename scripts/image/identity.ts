/** What natra says of itself. */
export interface Identity {
  readonly version: string;
  readonly commit: string;
  readonly modified: boolean;
}
