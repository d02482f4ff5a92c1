package grpcauth

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"

	"google.golang.org/grpc"
)

// Check compares the rules with the services of a server, before it serves:
//
//	err := guard.Check(server.GetServiceInfo())
//
// Its error lists the rules that fit none of the server's methods, which is what a
// typing error looks like, and the methods that are denied because no rule fits
// them; to deny one knowingly, give it the zero Rule. A server with a
// grpc.UnknownServiceHandler has methods that it doesn't list.
func (g Guard) Check(services map[string]grpc.ServiceInfo) error {
	unused := maps.Clone(g.Methods)
	var faults []error
	for service, info := range services {
		prefix := "/" + service + "/"
		_, whole := g.Methods[prefix+"*"]
		delete(unused, prefix+"*")
		for _, method := range info.Methods {
			_, own := g.Methods[prefix+method.Name]
			delete(unused, prefix+method.Name)
			if !own && !whole && g.Default.gates == nil {
				faults = append(faults, fmt.Errorf("grpcauth: %s has no rule, so every call of it is denied", prefix+method.Name))
			}
		}
	}
	for name := range unused {
		faults = append(faults, fmt.Errorf("grpcauth: the server has no method for the rule of %s", name))
	}
	slices.SortFunc(faults, func(a, b error) int { return cmp.Compare(a.Error(), b.Error()) })
	return errors.Join(faults...)
}
