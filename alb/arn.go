package alb

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// arnForm is the ARN of an Application Load Balancer, and of nothing else: not of
// a listener, a target group or a Network Load Balancer.
var arnForm = regexp.MustCompile(`^arn:(aws(?:-[a-z]+)*):elasticloadbalancing:([a-z]{2,4}(?:-[a-z]+)+-[0-9]{1,2}):[0-9]{12}:loadbalancer/app/[0-9A-Za-z](?:[0-9A-Za-z-]{0,30}[0-9A-Za-z])?/[0-9a-z]+$`)

const arnExample = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/NAME/50dc6c495c0c9188"

// place is where a load balancer stands.
type place struct{ partition, region string }

// parseARNs checks the ARNs, and returns the one place of all.
func parseARNs(arns []string) (place, error) {
	if len(arns) == 0 {
		return place{}, errors.New("is required: the ARNs of your load balancers, such as " + arnExample)
	}
	var first place
	for i, arn := range arns {
		m := arnForm.FindStringSubmatch(arn)
		if m == nil {
			return place{}, fmt.Errorf("holds %q, which is not the ARN of an Application Load Balancer, such as %s", arn, arnExample)
		}
		here := place{partition: m[1], region: m[2]}
		if want := partitionOf(here.region); want != "" && here.partition != want {
			return place{}, fmt.Errorf("holds %q: the region %s is in the partition %s", arn, here.region, want)
		}
		if i == 0 {
			first = here
		}
		if here != first {
			return place{}, fmt.Errorf("are in %s and in %s: a Verifier is for the load balancers of one region", first.region, here.region)
		}
	}
	return first, nil
}

// partitionOf returns the partition that a region's name tells, or "" where it may
// be one that is not known here.
func partitionOf(region string) string {
	switch first, rest, _ := strings.Cut(region, "-"); {
	case first == "cn":
		return "aws-cn"
	case strings.HasPrefix(rest, "gov-"):
		return "aws-us-gov"
	case len(first) == 2 && !strings.HasPrefix(rest, "iso"):
		return "aws"
	default:
		return ""
	}
}

// keyURL returns where AWS says that the keys are ("Authenticate users using an
// Application Load Balancer", user claims encoding and signature verification), or
// "" where it says nothing.
func (p place) keyURL() string {
	switch {
	case p.partition == "aws" && partitionOf(p.region) == "aws":
		return "https://public-keys.auth.elb." + p.region + ".amazonaws.com"
	case p.partition == "aws-us-gov" && (p.region == "us-gov-west-1" || p.region == "us-gov-east-1"):
		return "https://s3-" + p.region + ".amazonaws.com/aws-elb-public-keys-prod-" + p.region
	default:
		return ""
	}
}
