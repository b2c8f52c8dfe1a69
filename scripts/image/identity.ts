/** What `natra version` prints. */
export interface Identity {
  readonly version: string;
  readonly commit: string;
  readonly modified: boolean;
}
