// validate judges what is applied to a cluster or said of an image, by the judges that will see it:
//
//	validate kustomize DIRECTORY   builds a kustomization; prints its objects as a JSON list
//	validate manifests FILE        an API server's own decoding (strict), defaults and validation; prints the objects
//	validate sbom FILE SCHEMAS     CycloneDX's JSON schema, from a directory with its schemas
//
// It exits with 1 and the reasons on stderr if something is wrong.
package main

import (
	"fmt"
	"os"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) == 2 && args[0] == "kustomize":
		return kustomize(args[1])
	case len(args) == 2 && args[0] == "manifests":
		return manifests(args[1])
	case len(args) == 3 && args[0] == "sbom":
		return sbom(args[1], args[2])
	}
	return fmt.Errorf("usage: validate kustomize DIRECTORY | manifests FILE | sbom FILE SCHEMAS")
}
