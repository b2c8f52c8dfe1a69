package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"k8s.io/kubernetes/pkg/apis/apps"
	_ "k8s.io/kubernetes/pkg/apis/apps/install"
	appsvalidation "k8s.io/kubernetes/pkg/apis/apps/validation"
	"k8s.io/kubernetes/pkg/apis/core"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	corevalidation "k8s.io/kubernetes/pkg/apis/core/validation"
	"k8s.io/kubernetes/pkg/apis/rbac"
	_ "k8s.io/kubernetes/pkg/apis/rbac/install"
	rbacvalidation "k8s.io/kubernetes/pkg/apis/rbac/validation"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

func manifests(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	return judge(text, os.Stdout)
}

// judge validates every object of a YAML stream, and writes them, as they are in the stream, as a JSON list.
func judge(text []byte, out io.Writer) error {
	codecs := serializer.NewCodecFactory(legacyscheme.Scheme, serializer.EnableStrict)
	documents := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(text)))
	var objects []json.RawMessage
	var wrong []error
	for {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		plain, err := utilyaml.ToJSON(document)
		if err != nil {
			return err
		}
		if string(bytes.TrimSpace(plain)) == "null" {
			continue
		}
		objects = append(objects, plain)
		// As an API server does: unknown and doubled fields are errors, then come defaults, then the version it works with inside.
		object, kind, err := codecs.UniversalDecoder(
			apps.SchemeGroupVersion, core.SchemeGroupVersion, rbac.SchemeGroupVersion).Decode(document, nil, nil)
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		for _, problem := range problems(object) {
			wrong = append(wrong, fmt.Errorf("%s: %w", kind.Kind, problem))
		}
	}
	if len(objects) == 0 {
		wrong = append(wrong, errors.New("there is no object"))
	}
	if err := errors.Join(wrong...); err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(objects)
}

func problems(object runtime.Object) field.ErrorList {
	switch known := object.(type) {
	case *apps.DaemonSet:
		return appsvalidation.ValidateDaemonSet(known, corevalidation.PodValidationOptions{})
	case *core.ServiceAccount:
		return corevalidation.ValidateServiceAccount(known)
	case *rbac.ClusterRole:
		return rbacvalidation.ValidateClusterRole(known, rbacvalidation.ClusterRoleValidationOptions{})
	case *rbac.ClusterRoleBinding:
		return rbacvalidation.ValidateClusterRoleBinding(known)
	case *rbac.Role:
		return rbacvalidation.ValidateRole(known)
	case *rbac.RoleBinding:
		return rbacvalidation.ValidateRoleBinding(known)
	}
	return field.ErrorList{field.NotSupported(field.NewPath("kind"), fmt.Sprintf("%T", object), []string{"the kinds that natra needs"})}
}
