package deploy_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	policy "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"sigs.k8s.io/yaml"
)

// Manifests are the objects of one file.
type manifests struct {
	deployment *apps.Deployment
	config     *core.ConfigMap // the gateway's
	settings   settings        // what the test needs to know of it
	service    *core.Service
	budget     *policy.PodDisruptionBudget
	network    *networking.NetworkPolicy
	ingress    *networking.Ingress
	request    *core.ConfigMap // what ingress-nginx tells the gateway
}

type settings struct {
	Listen struct{ Verify, GRPC, Proxy, Admin string }
	Proxy  struct{ Upstream string }
	Limits struct {
		ShutdownDelay string `json:"shutdown_delay"`
		DrainTimeout  string `json:"drain_timeout"`
	}
	Identity struct {
		Assertion struct {
			KeyFile string `json:"key_file"`
		}
	}
}

// load reads a file as an API server does that is told to be strict: what it does not
// know, or has twice, is an error.
func load(t *testing.T, name string) *manifests {
	t.Helper()
	m := new(manifests)
	for i, document := range strings.Split(string(read(t, filepath.Join(root, "deploy/kubernetes", name))), "\n---\n") {
		object, err := decode(document)
		if err != nil {
			t.Fatalf("%s, document %d: %v", name, i+1, err)
		}
		switch o := object.(type) {
		case *apps.Deployment:
			m.deployment = o
		case *core.Service:
			m.service = o
		case *policy.PodDisruptionBudget:
			m.budget = o
		case *networking.NetworkPolicy:
			m.network = o
		case *networking.Ingress:
			m.ingress = o
		case *core.ConfigMap:
			if o.Data["gognito.yaml"] == "" {
				m.request = o
			} else {
				m.config = o
			}
		default:
			t.Fatalf("%s has a %T", name, object)
		}
	}
	if m.deployment == nil || m.config == nil || m.service == nil {
		t.Fatalf("%s has no Deployment, no ConfigMap with gognito.yaml, or no Service", name)
	}
	if err := yaml.Unmarshal([]byte(m.config.Data["gognito.yaml"]), &m.settings); err != nil {
		t.Fatal(err)
	}
	return m
}

func decode(document string) (runtime.Object, error) {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		apps.AddToScheme, core.AddToScheme, networking.AddToScheme, policy.AddToScheme,
	} {
		if err := add(scheme); err != nil {
			return nil, err
		}
	}
	decoder := serializer.NewCodecFactory(scheme, serializer.EnableStrict).UniversalDeserializer()
	object, _, err := decoder.Decode([]byte(document), nil, nil)
	return object, err
}

func files() []string { return []string{"shared.yaml", "sidecar.yaml"} }

func TestADocumentWithAFaultIsRefused(t *testing.T) {
	good := string(read(t, filepath.Join(root, "deploy/kubernetes/sidecar.yaml")))
	good = good[strings.Index(good, "\n---\n")+5:]
	good = good[:strings.Index(good, "\n---\n")]
	if _, err := decode(good); err != nil {
		t.Fatal(err)
	}
	for _, fault := range []struct{ old, replacement, says string }{
		{"replicas: 2", "replica: 2", `unknown field "spec.replica"`},
		{"readOnlyRootFilesystem: true", "readOnlyRootFileSystem: true", `unknown field "spec.template.spec.containers[0].securityContext.readOnlyRootFileSystem"`},
		{"replicas: 2", "replicas: 2\n  replicas: 3", `"replicas" already set`},
		{"replicas: 2", "replicas: two", "cannot unmarshal string"},
		{"kind: Deployment", "kind: Deploiment", "no kind"},
	} {
		text := strings.Replace(good, fault.old, fault.replacement, 1)
		if _, err := decode(text); text == good || err == nil || !strings.Contains(err.Error(), fault.says) {
			t.Errorf("%s: %v, want %s", fault.replacement, err, fault.says)
		}
	}
}

func TestPodsHaveNoMoreRightsThanTheyNeed(t *testing.T) {
	for _, name := range files() {
		pod := load(t, name).deployment.Spec.Template.Spec
		fault := func(where, what string) { t.Errorf("%s: %s: %s", name, where, what) }
		if pod.AutomountServiceAccountToken == nil || *pod.AutomountServiceAccountToken {
			fault("pod", "automountServiceAccountToken is not false")
		}
		if pod.HostNetwork || pod.HostPID || pod.HostIPC {
			fault("pod", "it shares a namespace with its node")
		}
		context := pod.SecurityContext
		if context == nil || context.RunAsNonRoot == nil || !*context.RunAsNonRoot {
			fault("pod", "runAsNonRoot is not true")
		}
		if context == nil || context.SeccompProfile == nil || context.SeccompProfile.Type != core.SeccompProfileTypeRuntimeDefault {
			fault("pod", "the seccomp profile is not RuntimeDefault")
		}
		if len(pod.InitContainers) != 0 {
			fault("pod", "this test does not look at init containers")
		}
		for _, volume := range pod.Volumes {
			if volume.ConfigMap == nil && volume.Secret == nil {
				fault("volume "+volume.Name, "it is neither a ConfigMap nor a Secret")
			}
		}
		for _, c := range pod.Containers {
			s := c.SecurityContext
			if s == nil {
				fault(c.Name, "no securityContext")
				continue
			}
			if s.AllowPrivilegeEscalation == nil || *s.AllowPrivilegeEscalation || s.Privileged != nil || s.RunAsNonRoot != nil || s.SeccompProfile != nil {
				fault(c.Name, "allowPrivilegeEscalation is not false, or it has what the pod's context rules out")
			}
			if s.ReadOnlyRootFilesystem == nil || !*s.ReadOnlyRootFilesystem {
				fault(c.Name, "readOnlyRootFilesystem is not true")
			}
			if s.Capabilities == nil || len(s.Capabilities.Add) != 0 || len(s.Capabilities.Drop) != 1 || s.Capabilities.Drop[0] != "ALL" {
				fault(c.Name, "it does not drop all capabilities")
			}
			user := context.RunAsUser
			if s.RunAsUser != nil {
				user = s.RunAsUser
			}
			if user == nil || *user == 0 || c.Name == "gognito" && *user != 65532 {
				fault(c.Name, "it runs as root, as anybody, or not as the image's user")
			}
			if c.Resources.Requests.Cpu().IsZero() || c.Resources.Requests.Memory().IsZero() || c.Resources.Limits.Memory().IsZero() {
				fault(c.Name, "no request of CPU or memory, or no limit of memory")
			}
			if _, tag, ok := strings.Cut(c.Image, ":"); !ok || tag == "" || tag == "latest" {
				fault(c.Name, "its image has no version")
			}
		}
	}
}

func TestProbesAskTheAdminListener(t *testing.T) {
	for _, name := range files() {
		m := load(t, name)
		gateway := container(t, m, "gognito")
		for _, probe := range []struct {
			kind  string
			probe *core.Probe
			path  string
		}{
			{"startup", gateway.StartupProbe, "/livez"},
			{"liveness", gateway.LivenessProbe, "/livez"},
			{"readiness", gateway.ReadinessProbe, "/readyz"},
		} {
			if probe.probe == nil || probe.probe.HTTPGet == nil {
				t.Errorf("%s: no %s probe over HTTP", name, probe.kind)
				continue
			}
			get := probe.probe.HTTPGet
			if port := portOf(t, gateway, get.Port.String()); get.Path != probe.path || port != listenPort(t, m.settings.Listen.Admin) {
				t.Errorf("%s: the %s probe asks %s on port %d", name, probe.kind, get.Path, port)
			}
		}
		if get := gateway.LivenessProbe; get.PeriodSeconds*get.FailureThreshold < 20 {
			t.Errorf("%s: the liveness probe ends a busy gateway after %d s", name, get.PeriodSeconds*get.FailureThreshold)
		}
	}
}

// Kubernetes sends the signal, and takes the pod out of its Services, at the same
// time; proxies go on sending for a while.
func TestPodsHaveTheTimeToDrain(t *testing.T) {
	for _, name := range files() {
		m := load(t, name)
		pod := m.deployment.Spec.Template.Spec
		delay, drain := duration(t, m.settings.Limits.ShutdownDelay), duration(t, m.settings.Limits.DrainTimeout)
		if delay < 5*time.Second || drain < 5*time.Second {
			t.Errorf("%s: shutdown_delay %v, drain_timeout %v: too short to notice", name, delay, drain)
		}
		if pod.TerminationGracePeriodSeconds == nil {
			t.Fatalf("%s: no terminationGracePeriodSeconds", name)
		}
		grace := time.Duration(*pod.TerminationGracePeriodSeconds) * time.Second
		if grace < delay+drain+5*time.Second {
			t.Errorf("%s: terminationGracePeriodSeconds is %v, and the gateway takes %v", name, grace, delay+drain)
		}
		for _, c := range pod.Containers {
			switch {
			case c.Name == "gognito":
				if c.Lifecycle != nil {
					t.Errorf("%s: a preStop hook keeps the signal from the gateway, which has shutdown_delay", name)
				}
			case c.Lifecycle == nil || c.Lifecycle.PreStop == nil || c.Lifecycle.PreStop.Sleep == nil:
				t.Errorf("%s: %s ends before the gateway in front of it", name, c.Name)
			default:
				sleep := time.Duration(c.Lifecycle.PreStop.Sleep.Seconds) * time.Second
				if sleep < delay+drain || grace < sleep+5*time.Second {
					t.Errorf("%s: %s sleeps %v of %v, and the gateway takes %v", name, c.Name, sleep, grace, delay+drain)
				}
			}
		}
	}
}

func duration(t *testing.T, text string) time.Duration {
	t.Helper()
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
