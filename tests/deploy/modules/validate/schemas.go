package main

// The module carries CycloneDX's schemas.
import _ "github.com/CycloneDX/cyclonedx-go"
