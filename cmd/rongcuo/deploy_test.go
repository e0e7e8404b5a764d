package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"rongcuo/bot/delivery"
)

const deployDir = "../../deploy"

func deployed(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(deployDir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// node is a piece of YAML or JSON; at walks into it by keys.
type node struct{ value any }

func (n node) at(keys ...string) node {
	for _, k := range keys {
		m, _ := n.value.(map[string]any)
		n.value = m[k]
	}
	return n
}

func (n node) list() []node {
	var out []node
	l, _ := n.value.([]any)
	for _, v := range l {
		out = append(out, node{v})
	}
	return out
}

func (n node) keys() []string {
	m, _ := n.value.(map[string]any)
	return slices.Sorted(maps.Keys(m))
}

func (n node) text() string { return fmt.Sprint(n.value) }

func parseYAML(t *testing.T, name string) (documents []node) {
	t.Helper()
	for part := range strings.SplitSeq(deployed(t, name), "\n---\n") {
		var value any
		if err := yaml.Unmarshal([]byte(part), &value); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		documents = append(documents, node{value})
	}
	return documents
}

// settingNames are all settings that the program reads.
func settingNames() []string {
	var names []string
	for _, s := range []any{settings{}, backupSettings{}, observeSettings{}} {
		for field := range reflect.TypeOf(s).Fields() {
			if name := field.Tag.Get("env"); name != "" {
				names = append(names, name)
			}
		}
	}
	return names
}

// foreignNames are read by other programs, or by compose itself.
var foreignNames = []string{
	"TZ", "ZONEINFO", "VERSION", "RONGCUO_VERSION", "BOTAPI_IMAGE", "TELEGRAM_API_ID", "TELEGRAM_API_HASH",
	"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD_FILE", "POSTGRES_INITDB_ARGS", "CGO_ENABLED",
}

// settingForm is how a setting is written in the guides: `NAME` or NAME=.
var settingForm = regexp.MustCompile("`([A-Z]{2,}(?:_[A-Z]+)+)`|(?m:^|[ `])([A-Z]{2,}(?:_[A-Z]+)+)=")

func TestEverySettingNamedForOperatorsExists(t *testing.T) {
	known := slices.Concat(settingNames(), foreignNames)
	seen := 0
	check := func(where, name string) {
		seen++
		if !slices.Contains(known, name) {
			t.Errorf("%s names the setting %s, which nothing reads", where, name)
		}
	}
	services := parseYAML(t, "compose.yaml")[0].at("services")
	for _, service := range services.keys() {
		for _, name := range services.at(service, "environment").keys() {
			check("compose.yaml", name)
		}
	}
	manifests := slices.Concat(parseYAML(t, "kubernetes/rongcuo.yaml"), parseYAML(t, "kubernetes/backup.yaml"), parseYAML(t, "kubernetes/restore.yaml"))
	for _, d := range manifests {
		switch d.at("kind").text() {
		case "ConfigMap":
			for _, name := range d.at("data").keys() {
				check("kubernetes", name)
			}
		case "Deployment", "CronJob", "Job":
			for _, e := range podOf(d).at("containers").list()[0].at("env").list() {
				check("kubernetes", e.at("name").text())
			}
		}
	}
	for _, unit := range []string{"rongcuo.service", "rongcuo-backup.service"} {
		for _, m := range regexp.MustCompile(`(?m)^Environment=([A-Z_]+)=`).FindAllStringSubmatch(deployed(t, unit), -1) {
			check(unit, m[1])
		}
	}
	for _, guide := range []string{"README.md", "README.zh-CN.md", "Dockerfile", "alerts.yaml"} {
		for _, m := range settingForm.FindAllStringSubmatch(deployed(t, guide), -1) {
			check(guide, m[1]+m[2])
		}
	}
	if seen < 60 {
		t.Errorf("only %d names were looked at", seen)
	}
}

// What the program reads is explained in both guides.
func TestEverySettingIsInTheGuides(t *testing.T) {
	for _, guide := range []string{"README.md", "README.zh-CN.md"} {
		text := deployed(t, guide)
		for _, name := range settingNames() {
			if !strings.Contains(text, "`"+name+"`") && !strings.Contains(text, "`"+name+"_FILE`") {
				t.Errorf("%s says nothing of %s", guide, name)
			}
		}
	}
}

func podOf(d node) node {
	if d.at("kind").text() == "CronJob" {
		d = d.at("spec", "jobTemplate")
	}
	return d.at("spec", "template", "spec")
}

// TestABackupJobCanDoLittleAndGetsNoUpdates: it has the bot's rights and no other,
// knows the key of the backups, and the bot's service does not take it for the bot.
func TestABackupJobCanDoLittleAndGetsNoUpdates(t *testing.T) {
	for _, d := range slices.Concat(parseYAML(t, "kubernetes/backup.yaml"), parseYAML(t, "kubernetes/restore.yaml")) {
		if kind := d.at("kind").text(); kind != "CronJob" && kind != "Job" {
			continue
		}
		pod := podOf(d)
		c := pod.at("containers").list()[0]
		checkImage(t, c.at("image").text())
		if pod.at("securityContext", "runAsNonRoot").value != true || c.at("securityContext", "readOnlyRootFilesystem").value != true ||
			c.at("securityContext", "allowPrivilegeEscalation").value != false || c.at("securityContext", "capabilities", "drop").text() != "[ALL]" ||
			pod.at("automountServiceAccountToken").value != false || c.at("resources", "limits", "memory").value == nil {
			t.Errorf("%s can do too much", d.at("metadata", "name").text())
		}
		env := fmt.Sprint(c.at("env").value)
		if !strings.Contains(env, "DATABASE_URL_FILE") || !strings.Contains(env, "BACKUP_KEY_FILE") {
			t.Errorf("%s lacks the database or the key: %s", d.at("metadata", "name").text(), env)
		}
	}
	for _, name := range []string{"kubernetes/backup.yaml", "kubernetes/restore.yaml"} {
		if strings.Contains(deployed(t, name), "app.kubernetes.io/name: rongcuo}") {
			t.Errorf("%s: its pods would get updates", name)
		}
	}
}

func TestTheImageIsOneFileOfAnOrdinaryUser(t *testing.T) {
	text := deployed(t, "Dockerfile")
	for _, must := range []string{"CGO_ENABLED=0", "-trimpath", "\nFROM scratch\n", "\nUSER 10001:10001\n", "ca-certificates.crt", "\nHEALTHCHECK ", `CMD ["/rongcuo", "healthcheck"]`} {
		if !strings.Contains(text, must) {
			t.Errorf("lacks %q", must)
		}
	}
	for _, m := range regexp.MustCompile(`(?m)^FROM (\S+)`).FindAllStringSubmatch(text, -1) {
		checkImage(t, m[1])
	}
	last := text[strings.LastIndex(text, "\nFROM "):]
	if strings.Contains(last, "\nRUN ") {
		t.Error("the image has no shell to run this")
	}
	if goVersion := "golang:" + toolchain(t); !strings.Contains(text, "FROM "+goVersion) {
		t.Errorf("is not built with %s.x of go.mod", goVersion)
	}
}

// toolchain is the Go of go.mod, such as 1.26.
func toolchain(t *testing.T) string {
	t.Helper()
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	return regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(string(mod))[1]
}

// checkImage wants a fixed version, and no host that somebody else may not
// reach or trust.
func checkImage(t *testing.T, image string) {
	t.Helper()
	if image == "scratch" {
		return
	}
	image = regexp.MustCompile(`\$\{[A-Z_]+:-([^}]+)\}`).ReplaceAllString(image, "$1")
	name, tag, ok := strings.Cut(image, ":")
	if !ok || tag == "" || tag == "latest" || strings.Contains(name, ".") {
		t.Errorf("the image %s has no fixed version or names a host", image)
	}
}

func TestContainersCanDoLittle(t *testing.T) {
	compose := parseYAML(t, "compose.yaml")[0]
	services := compose.at("services")
	for _, name := range services.keys() {
		s := services.at(name)
		checkImage(t, s.at("image").text())
		if user := s.at("user").text(); user == "" || strings.HasPrefix(user, "0") || s.at("user").value == nil {
			t.Errorf("%s runs as %s", name, user)
		}
		if s.at("read_only").value != true || s.at("cap_drop").text() != "[ALL]" || s.at("security_opt").text() != "[no-new-privileges:true]" {
			t.Errorf("%s may write to its root or gain rights", name)
		}
		for _, limit := range []string{"mem_limit", "cpus", "pids_limit"} {
			if s.at(limit).value == nil {
				t.Errorf("%s has no %s", name, limit)
			}
		}
		for _, port := range s.at("ports").list() {
			if !strings.HasPrefix(port.text(), "127.0.0.1:") {
				t.Errorf("%s listens on %s", name, port.text())
			}
		}
		for _, secret := range s.at("secrets").list() {
			if compose.at("secrets", secret.text(), "file").value == nil {
				t.Errorf("%s: the secret %s is no file", name, secret.text())
			}
		}
		for _, v := range s.at("environment").keys() {
			if secretSetting.MatchString(v) && !strings.HasSuffix(v, "_FILE") && v != "TELEGRAM_API_HASH" { // that server takes it from nowhere else
				t.Errorf("%s: %s is no file", name, v)
			}
		}
	}
	redis := services.at("redis", "command").text()
	for _, must := range []string{"--appendonly yes", "--appendfsync always", "--maxmemory-policy noeviction", "--aclfile"} {
		if !strings.Contains(redis, must) {
			t.Errorf("redis lacks %s", must)
		}
	}
	if compose.at("networks", "inner", "internal").value != true || services.at("redis", "networks").text() != "[inner]" {
		t.Error("redis can be reached from outside")
	}
}

var secretSetting = regexp.MustCompile(`TOKEN$|SECRET|KEY|PASSWORD|HASH|DATABASE_URL|REDIS_URL`)

func TestPodsCanDoLittle(t *testing.T) {
	kinds := make(map[string]node)
	for _, d := range parseYAML(t, "kubernetes/rongcuo.yaml") {
		kinds[d.at("kind").text()] = d
		if d.at("apiVersion").value == nil || d.at("metadata", "name").value == nil {
			t.Errorf("no manifest: %v", d.value)
		}
	}
	for _, kind := range []string{"Deployment", "Service", "PodDisruptionBudget", "NetworkPolicy"} {
		if _, ok := kinds[kind]; !ok {
			t.Errorf("no %s", kind)
		}
	}
	if _, ok := kinds["Secret"]; ok {
		t.Error("a secret stands in a manifest")
	}
	pod := podOf(kinds["Deployment"])
	c := pod.at("containers").list()[0]
	checkImage(t, c.at("image").text())
	for what, is := range map[string]node{
		"runAsNonRoot": pod.at("securityContext", "runAsNonRoot"), "readOnlyRootFilesystem": c.at("securityContext", "readOnlyRootFilesystem"),
	} {
		if is.value != true {
			t.Errorf("%s is %v", what, is.value)
		}
	}
	if c.at("securityContext", "allowPrivilegeEscalation").value != false || c.at("securityContext", "capabilities", "drop").text() != "[ALL]" ||
		pod.at("automountServiceAccountToken").value != false || c.at("resources", "limits", "memory").value == nil {
		t.Error("a pod can do too much")
	}
	for _, probe := range []string{"startupProbe", "readinessProbe", "livenessProbe"} {
		if c.at(probe, "httpGet", "path").value == nil {
			t.Errorf("no %s", probe)
		}
	}
	if c.at("livenessProbe", "httpGet", "path").text() != "/healthz" {
		t.Error("a store that is down would restart the bot")
	}
	for _, e := range c.at("env").list() {
		if name := e.at("name").text(); secretSetting.MatchString(name) && !strings.HasSuffix(name, "_FILE") {
			t.Errorf("%s is no file", name)
		}
	}
	replicas, _ := strconv.Atoi(kinds["Deployment"].at("spec", "replicas").text())
	least, _ := strconv.Atoi(kinds["PodDisruptionBudget"].at("spec", "minAvailable").text())
	if least < 1 || least >= replicas {
		t.Errorf("%d of %d must stay: no node could be drained", least, replicas)
	}
	if monitor := parseYAML(t, "kubernetes/servicemonitor.yaml")[0]; monitor.at("kind").text() != "ServiceMonitor" {
		t.Error("no ServiceMonitor")
	}
}

// metricName finds the metrics of an expression; up is Prometheus's own.
var metricName = regexp.MustCompile(`\b(rongcuo|process|go)_[a-z_]+`)

func TestDashboardAndAlertsUseMetricsThatExist(t *testing.T) {
	have := exported(t)
	seen := make(map[string]bool)
	check := func(where, expr string) {
		names := metricName.FindAllString(expr, -1)
		if len(names) == 0 && !strings.Contains(expr, "up{") {
			t.Errorf("%s: no metric in %q", where, expr)
		}
		for _, name := range names {
			seen[name] = true
			if !slices.Contains(have, name) {
				t.Errorf("%s uses %s, which is not exported", where, name)
			}
		}
	}
	var dashboard any
	if err := json.Unmarshal([]byte(deployed(t, "grafana.json")), &dashboard); err != nil {
		t.Fatal(err)
	}
	for _, p := range (node{dashboard}).at("panels").list() {
		if len(p.at("targets").list()) == 0 {
			t.Errorf("the panel %s shows nothing", p.at("title").text())
		}
		for _, target := range p.at("targets").list() {
			check("the panel "+p.at("title").text(), target.at("expr").text())
		}
	}
	for _, g := range parseYAML(t, "alerts.yaml")[0].at("groups").list() {
		for _, r := range g.at("rules").list() {
			name := r.at("alert").text()
			check(name, r.at("expr").text())
			if len(r.at("annotations", "runbook").text()) < 40 || r.at("labels", "severity").value == nil || r.at("annotations", "summary").value == nil {
				t.Errorf("%s does not say what to do", name)
			}
		}
	}
	for _, name := range have {
		if strings.HasPrefix(name, "rongcuo_") && !seen[name] && !seen[name+"_bucket"] && !strings.HasSuffix(name, "_count") && !strings.HasSuffix(name, "_sum") {
			t.Errorf("%s is exported and nobody looks at it", name)
		}
	}
}

// The two guides say the same in two languages: the same commands, the same
// settings, an answer to each threat.
func TestTheGuidesAnswerEveryThreat(t *testing.T) {
	commandLine := regexp.MustCompile(`(?m)^ {4}(\S.*)$`)
	tests := testNames(t)
	var commandLines [][]string
	for _, guide := range []string{"README.md", "README.zh-CN.md"} {
		text := deployed(t, guide)
		for n := 1; n <= 24; n++ {
			row := regexp.MustCompile(fmt.Sprintf(`(?m)^\| T%d \|([^|]*)\|([^|]*)\|`, n)).FindStringSubmatch(text)
			if row == nil || strings.TrimSpace(row[2]) == "" {
				t.Errorf("%s: no answer to T%d", guide, n)
			}
		}
		for _, name := range regexp.MustCompile("`((?:Test|Fuzz)[A-Za-z0-9]+)`").FindAllStringSubmatch(text, -1) {
			if !strings.Contains(tests, "\nfunc "+name[1]+"(") {
				t.Errorf("%s: there is no %s", guide, name[1])
			}
		}
		var lines []string
		for _, m := range commandLine.FindAllStringSubmatch(text, -1) {
			line, _, _ := strings.Cut(m[1], " # ")
			lines = append(lines, strings.TrimSpace(line))
		}
		commandLines = append(commandLines, lines)
	}
	if !slices.Equal(commandLines[0], commandLines[1]) {
		for i := range min(len(commandLines[0]), len(commandLines[1])) {
			if commandLines[0][i] != commandLines[1][i] {
				t.Fatalf("the guides differ: %q and %q", commandLines[0][i], commandLines[1][i])
			}
		}
		t.Fatalf("%d and %d command lines", len(commandLines[0]), len(commandLines[1]))
	}
}

// testNames gives the source of all tests.
func testNames(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir("../..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		all.Write(source)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

func TestTheUnitsAreHardened(t *testing.T) {
	for _, name := range []string{"rongcuo.service", "rongcuo-backup.service"} {
		unit := deployed(t, name)
		for _, must := range []string{"User=rongcuo", "LoadCredential=", "ProtectSystem=strict", "NoNewPrivileges=yes", "CapabilityBoundingSet=\n", "SystemCallFilter=@system-service", "MemoryMax=", "UMask=0077"} {
			if !strings.Contains(unit, must) {
				t.Errorf("%s lacks %s", name, must)
			}
		}
		analyze, err := exec.LookPath("systemd-analyze")
		if err != nil {
			t.Skip("systemd-analyze is not here")
		}
		path, err := filepath.Abs(filepath.Join(deployDir, name))
		if err != nil {
			t.Fatal(err)
		}
		out, err := exec.CommandContext(t.Context(), analyze, "security", "--offline=true", "--threshold=20", path).CombinedOutput()
		if err != nil {
			t.Errorf("%s is exposed more than 2.0 of 10:\n%s", name, out)
		}
	}
}

// The rights that the guide gives the bot in Redis are enough for it, and what
// could lose or list everything is not among them (threat T16).
func TestTheRightsInRedisAreEnough(t *testing.T) {
	dir := t.TempDir()
	const password = "0123456789abcdef"
	acl := strings.ReplaceAll(deployed(t, "redis.acl.template"), "PASSWORD", password)
	if err := os.WriteFile(filepath.Join(dir, "acl"), []byte(acl), 0o600); err != nil {
		t.Fatal(err)
	}
	address := startRedis(t, "--aclfile", filepath.Join(dir, "acl"))
	options, err := delivery.ParseRedisURL("redis://rongcuo:" + password + "@" + address + "/0")
	if err != nil {
		t.Fatal(err)
	}
	store, err := delivery.OpenRedis(t.Context(), options, "deploy")
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	findings, err := store.Check(t.Context())
	if err != nil || len(findings) > 0 {
		t.Errorf("%v %v", findings, err)
	}
	useEveryQueue(t, store)
	for _, forbidden := range []string{"FLUSHALL", "KEYS *", "CONFIG SET appendfsync no", "SHUTDOWN"} {
		if said := askRedis(t, address, password, forbidden); !strings.HasPrefix(said, "-NOPERM") {
			t.Errorf("%s: %s", forbidden, said)
		}
	}
}

// useEveryQueue goes the way of a message once.
func useEveryQueue(t *testing.T, store delivery.Store) {
	t.Helper()
	if _, err := store.Put(t.Context(), delivery.Inbox, delivery.Item{Key: "1", Chat: 1, Order: 1, Body: []byte("{}")}); err != nil {
		t.Fatal(err)
	}
	claims, err := store.Claim(t.Context(), delivery.Inbox, "me", 1, time.Minute)
	if err != nil || len(claims) != 1 {
		t.Fatal(claims, err)
	}
	save := delivery.Save{Key: "dialog:1", Value: []byte("v"), TTL: time.Hour}
	if err := store.Finish(t.Context(), claims[0], delivery.Outcome{Out: []delivery.Item{{Key: "2", Chat: 1, Body: []byte("{}")}}, Saves: []delivery.Save{save}}); err != nil {
		t.Fatal(err)
	}
	fence, err := store.Lock(t.Context(), "leader", "me", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Unlock(t.Context(), "leader", fence); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Take(t.Context(), "ask:1", 1, 10, time.Minute); err != nil {
		t.Fatal(err)
	}
	if _, _, err := store.Load(t.Context(), "dialog:1"); err != nil {
		t.Fatal(err)
	}
	if n, err := store.Count(t.Context(), delivery.Outbox); err != nil || n.Waiting != 1 {
		t.Fatal(n, err)
	}
	if err := store.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := store.Erase(t.Context(), 1, "dialog:1"); err != nil {
		t.Fatal(err)
	}
}

// askRedis sends one line as the bot's user and gives the first line of the
// answer.
func askRedis(t *testing.T, address, password, line string) string {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := fmt.Fprintf(c, "AUTH rongcuo %s\r\n%s\r\n", password, line); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(c)
	if said, err := r.ReadString('\n'); err != nil || !strings.HasPrefix(said, "+OK") {
		t.Fatal(said, err)
	}
	said, err := r.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return said
}

func TestTheImageBuilds(t *testing.T) {
	if os.Getenv("RONGCUO_TEST_IMAGE") == "" {
		t.Skip("set RONGCUO_TEST_IMAGE=1 to build the image, which downloads the base")
	}
	build := exec.CommandContext(t.Context(), "docker", "build", "-q", "-f", "deploy/Dockerfile", "-t", "rongcuo:test", ".")
	build.Dir = "../.."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	run := exec.CommandContext(t.Context(), "docker", "run", "--rm", "--read-only", "--cap-drop=ALL", "rongcuo:test", "check")
	if out, err := run.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}
