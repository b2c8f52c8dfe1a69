package main

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

func sbom(file, schemas string) error {
	compiler := jsonschema.NewCompiler()
	// The schema names the others that it uses by their addresses.
	compiler.UseLoader(local{schemas})
	schema, err := compiler.Compile("http://cyclonedx.org/schema/bom-1.6.schema.json")
	if err != nil {
		return err
	}
	text, err := os.Open(file)
	if err != nil {
		return err
	}
	defer text.Close()
	document, err := jsonschema.UnmarshalJSON(text)
	if err != nil {
		return err
	}
	return schema.Validate(document)
}

// local loads a schema from a directory, by the last part of its address.
type local struct{ directory string }

func (l local) Load(address string) (any, error) {
	name := path.Base(address)
	for _, candidate := range []string{name, strings.Replace(name, ".schema.", ".schemax.", 1)} {
		file, err := os.Open(filepath.Join(l.directory, candidate))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		defer file.Close()
		return jsonschema.UnmarshalJSON(file)
	}
	return nil, fmt.Errorf("there is no schema %q in %q", name, l.directory)
}
