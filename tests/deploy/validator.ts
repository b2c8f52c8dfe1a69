/**
 * The judges of what is applied to a cluster: an API server's own validation, kustomize, CycloneDX's schema.
 */
import { builtOwn, moduleDirectory } from "../rig/clients/go.ts";
import { type Outcome, outcomeOf } from "../rig/run.ts";

const MODULE = new URL("./modules/validate", import.meta.url).pathname;
/** Seconds to build it: minutes, where nothing of Kubernetes was ever compiled. */
const PATIENCE = 900;

/** The program that judges. */
export interface Validator {
  /** Judges a file of Kubernetes objects. */
  manifests(file: string): Promise<Outcome>;
  /** Builds a kustomization, and judges what comes out. */
  kustomize(directory: string): Promise<Outcome>;
  /** Judges a bill of materials. */
  sbom(file: string): Promise<Outcome>;
}

/**
 * Builds it.
 *
 * @returns the program, or a sentence that says why it cannot be had
 */
export async function validator(): Promise<Validator | { readonly missing: string }> {
  const have = await builtOwn(MODULE, PATIENCE);
  if ("missing" in have) return have;
  const { path } = have;
  return {
    manifests: (file) => outcomeOf([path, "manifests", file]),
    kustomize: (directory) => outcomeOf([path, "kustomize", directory]),
    sbom: async (file) => {
      const module = await moduleDirectory(MODULE, "github.com/CycloneDX/cyclonedx-go");
      return await outcomeOf([path, "sbom", file, `${module}/schema`]);
    },
  };
}
