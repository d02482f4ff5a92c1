package deploy_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"net"
	"os/exec"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

func container(t *testing.T, m *manifests, name string) *core.Container {
	t.Helper()
	containers := m.deployment.Spec.Template.Spec.Containers
	i := slices.IndexFunc(containers, func(c core.Container) bool { return c.Name == name })
	if i < 0 {
		t.Fatalf("no container %s", name)
	}
	return &containers[i]
}

// portOf returns the number of a container's port. A name counts in its own container
// alone.
func portOf(t *testing.T, c *core.Container, port string) int {
	t.Helper()
	if n, err := strconv.Atoi(port); err == nil {
		return n
	}
	i := slices.IndexFunc(c.Ports, func(p core.ContainerPort) bool { return p.Name == port })
	if i < 0 {
		t.Errorf("the container %s has no port %s", c.Name, port)
		return 0
	}
	return int(c.Ports[i].ContainerPort)
}

// listenPort returns the port of an address on all interfaces.
func listenPort(t *testing.T, address string) int {
	t.Helper()
	host, port, err := net.SplitHostPort(address)
	if err != nil || host != "0.0.0.0" {
		t.Errorf("the gateway listens on %s, where nobody reaches it (%v)", address, err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		t.Error(err)
	}
	return n
}

func matches(t *testing.T, selector *meta.LabelSelector, set map[string]string) bool {
	t.Helper()
	s, err := meta.LabelSelectorAsSelector(selector)
	if err != nil {
		t.Fatal(err)
	}
	return !s.Empty() && s.Matches(labels.Set(set))
}

func TestSelectorsAndPortsMeet(t *testing.T) {
	for _, name := range files() {
		m := load(t, name)
		spec := m.deployment.Spec
		set := spec.Template.Labels
		if !matches(t, spec.Selector, set) || !matches(t, &meta.LabelSelector{MatchLabels: m.service.Spec.Selector}, set) {
			t.Errorf("%s: the Deployment's or the Service's selector does not match the pods", name)
		}
		if spec.Replicas == nil || *spec.Replicas < 2 {
			t.Errorf("%s: fewer than 2 replicas", name)
		}
		gateway := container(t, m, "gognito")
		l := m.settings.Listen
		var want, got []int
		for _, address := range []string{l.Verify, l.GRPC, l.Proxy, l.Admin} {
			if address != "" {
				want = append(want, listenPort(t, address))
			}
		}
		for _, port := range gateway.Ports {
			got = append(got, int(port.ContainerPort))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: the gateway listens on %v, and its ports are %v", name, want, got)
		}
		for _, port := range m.service.Spec.Ports {
			if n := portOf(t, gateway, port.TargetPort.String()); !slices.Contains(want, n) {
				t.Errorf("%s: the Service's port %s leads to %d", name, port.Name, n)
			}
		}
		for _, c := range spec.Template.Spec.Containers {
			if c.ReadinessProbe == nil || c.ReadinessProbe.HTTPGet == nil {
				t.Errorf("%s: %s has no readiness probe over HTTP", name, c.Name)
			} else if n := portOf(t, &c, c.ReadinessProbe.HTTPGet.Port.String()); !slices.Contains(want, n) {
				t.Errorf("%s: the readiness probe of %s asks port %d, where the kubelet reaches nobody", name, c.Name, n)
			}
		}
	}
}

// The files that the gateway is told of are mounted.
func TestTheConfigurationIsWhereTheGatewayLooks(t *testing.T) {
	for _, name := range files() {
		m := load(t, name)
		gateway := container(t, m, "gognito")
		if len(gateway.Args) != 3 || gateway.Args[0] != "serve" || gateway.Args[1] != "--config" {
			t.Fatalf("%s: the gateway's arguments are %q", name, gateway.Args)
		}
		wanted := []string{gateway.Args[2]}
		if key := m.settings.Identity.Assertion.KeyFile; key != "" {
			wanted = append(wanted, key)
		}
		for _, file := range wanted {
			i := slices.IndexFunc(gateway.VolumeMounts, func(v core.VolumeMount) bool { return v.MountPath == path.Dir(file) })
			if i < 0 || !gateway.VolumeMounts[i].ReadOnly || gateway.VolumeMounts[i].SubPath != "" {
				// With a subPath, a change would never arrive.
				t.Errorf("%s: %s is not in a volume that is mounted whole and read-only", name, file)
				continue
			}
			volumes := m.deployment.Spec.Template.Spec.Volumes
			v := slices.IndexFunc(volumes, func(v core.Volume) bool { return v.Name == gateway.VolumeMounts[i].Name })
			switch {
			case v >= 0 && volumes[v].ConfigMap != nil:
				if volumes[v].ConfigMap.Name != m.config.Name || m.config.Data[path.Base(file)] == "" {
					t.Errorf("%s: %s is not in the ConfigMap %s", name, file, volumes[v].ConfigMap.Name)
				}
			case v >= 0 && volumes[v].Secret != nil:
				if mode := volumes[v].Secret.DefaultMode; mode == nil || *mode != 0o440 {
					t.Errorf("%s: the mode of the Secret's files is not 0440", name)
				}
			default:
				t.Errorf("%s: there is no volume for %s", name, file)
			}
		}
	}
}

// What gognito check says of the configuration in each file, with a key where the
// Secret would be.
func TestTheConfigurationsAreGood(t *testing.T) {
	gognito := filepath.Join(t.TempDir(), "gognito")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", gognito, "./gognito")
	build.Dir = filepath.Join(root, "cmd")
	build.Env = append(build.Environ(), "GOWORK=off")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	keyFile := filepath.Join(dir, "assertion.pem")
	write(t, keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600)
	check := func(config string) (string, error) {
		t.Helper()
		file := filepath.Join(dir, "gognito.yaml")
		write(t, file, []byte(config), 0o600)
		command := exec.CommandContext(t.Context(), gognito, "check", "--config", file)
		command.Env = []string{}
		out, err := command.CombinedOutput()
		return string(out), err
	}
	for _, name := range files() {
		m := load(t, name)
		config := m.config.Data["gognito.yaml"]
		if secret := m.settings.Identity.Assertion.KeyFile; secret != "" {
			if out, err := check(config); err == nil {
				t.Errorf("%s: good without the assertion's key:\n%s", name, out)
			}
			config = strings.Replace(config, secret, keyFile, 1)
		}
		if out, err := check(config); err != nil {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
		if out, err := check(strings.Replace(config, "client_ids:", "client_id:", 1)); err == nil {
			t.Errorf("%s: good without client_ids:\n%s", name, out)
		}
	}
}

// In a sidecar's pod, the gateway is the only way to the application.
func TestNobodyReachesTheApplicationButThroughTheSidecar(t *testing.T) {
	m := load(t, "sidecar.yaml")
	address, ok := strings.CutPrefix(m.settings.Proxy.Upstream, "http://")
	host, port, err := net.SplitHostPort(address)
	if ip := net.ParseIP(host); !ok || err != nil || ip == nil || !ip.IsLoopback() {
		t.Fatalf("the upstream is %s, want http and a loopback address", m.settings.Proxy.Upstream)
	}
	app := container(t, m, "app")
	if !slices.Contains(app.Args, address) {
		t.Errorf("the application is not told to listen on %s: %q", address, app.Args)
	}
	if len(app.Ports) != 0 {
		t.Error("the application has ports of its own")
	}
	for _, p := range m.service.Spec.Ports {
		if p.TargetPort.String() != "http" {
			t.Errorf("the Service leads to the port %s, want the gateway's http, not %s", p.TargetPort.String(), port)
		}
	}
	if portOf(t, container(t, m, "gognito"), "http") != listenPort(t, m.settings.Listen.Proxy) {
		t.Error("the port http is not the reverse proxy's")
	}
}

func TestNobodyAsksTheSharedGatewayButTheIngress(t *testing.T) {
	m := load(t, "shared.yaml")
	set := m.deployment.Spec.Template.Labels
	if !matches(t, &m.network.Spec.PodSelector, set) || !matches(t, m.budget.Spec.Selector, set) {
		t.Fatal("the NetworkPolicy or the PodDisruptionBudget is not about the gateway's pods")
	}
	if !slices.Contains(m.network.Spec.PolicyTypes, networking.PolicyTypeIngress) || !slices.Contains(m.network.Spec.PolicyTypes, networking.PolicyTypeEgress) {
		t.Error("the NetworkPolicy is not about both directions")
	}
	if least := m.budget.Spec.MinAvailable; least == nil || least.IntValue() < 1 || least.IntValue() >= int(*m.deployment.Spec.Replicas) {
		t.Error("the PodDisruptionBudget lets all pods go, or none")
	}
	opened := 0
	for _, rule := range m.network.Spec.Ingress {
		if len(rule.Ports) != 1 || rule.Ports[0].Port == nil || len(rule.From) == 0 {
			t.Fatal("a rule of the NetworkPolicy is open to everybody, or for more than one port")
		}
		for _, from := range rule.From {
			if from.IPBlock != nil || from.NamespaceSelector == nil || len(from.NamespaceSelector.MatchLabels) == 0 {
				t.Error("a rule of the NetworkPolicy is not about a namespace")
			}
		}
		if rule.Ports[0].Port.String() != "verify" {
			continue
		}
		opened++
		if len(rule.From) != 1 || rule.From[0].NamespaceSelector.MatchLabels["kubernetes.io/metadata.name"] != "ingress-nginx" ||
			rule.From[0].PodSelector == nil || rule.From[0].PodSelector.MatchLabels["app.kubernetes.io/name"] != "ingress-nginx" {
			t.Error("others than ingress-nginx reach the port that is asked about clients")
		}
	}
	if opened != 1 {
		t.Errorf("%d rules about the port verify, want 1", opened)
	}
}

// ingress-nginx sends X-Original-Method and X-Real-IP to auth-url, and, with
// auth-method, X-Original-URI. The gateway wants each once.
func TestTheIngressTellsTheGatewayOfEachRequestOnce(t *testing.T) {
	m := load(t, "shared.yaml")
	const prefix = "nginx.ingress.kubernetes.io/"
	annotations := m.ingress.Annotations
	want := map[string]string{"X-Original-URI": "$request_uri", "X-Original-Host": "$host", "X-Original-Proto": "$scheme"}
	if !reflect.DeepEqual(m.request.Data, want) {
		t.Errorf("the gateway is told %v, want %v", m.request.Data, want)
	}
	if got := annotations[prefix+"auth-proxy-set-headers"]; got != m.request.Namespace+"/"+m.request.Name || m.request.Namespace != m.ingress.Namespace {
		t.Errorf("auth-proxy-set-headers is %s", got)
	}
	url := "http://" + m.service.Name + "." + m.service.Namespace + ".svc.cluster.local:9180/verify/nginx"
	if got := annotations[prefix+"auth-url"]; got != url || portOf(t, container(t, m, "gognito"), "verify") != 9180 {
		t.Errorf("auth-url is %s, want %s", got, url)
	}
	// The default headers, and the assertion.
	if got := annotations[prefix+"auth-response-headers"]; got != "X-Auth-User,X-Auth-Subject,X-Auth-Groups,X-Auth-Scopes,X-Auth-Assertion" {
		t.Errorf("auth-response-headers is %s", got)
	}
	for _, never := range []string{"auth-method", "auth-cache-key", "auth-snippet", "configuration-snippet", "server-snippet", "satisfy"} {
		if _, there := annotations[prefix+never]; there {
			t.Errorf("the annotation %s is there", never)
		}
	}
}
