import DockerSupport
import Drivers
import Model
import Testing

@testable import KubernetesDriver

/// What the test cluster itself can't enforce (it has no network plugin and is older than pod security), and what is easily lost.
@Suite struct ManifestTests {
    private func ground(_ plan: Plan, settings: HostSettings = .usual) -> ChainGround {
        ChainGround(
            work: SampleChain.work(plan),
            host: HostTarget(
                id: .fresh(), driver: .kubernetes, endpoint: "https://a:1", address: "a", settings: settings),
            installation: .fresh())
    }

    private func parts(_ ground: ChainGround, addresses: [String: String] = [:]) -> PodParts {
        let vault = Vault(secrets: ["token": "hidden"])
        return PodParts(
            plan: ground.work.plan, references: References(ground.work, on: ground.host, vault: vault), fingerprint: "f",
            certificatesExpireAt: nil, blotter: Blotter(hiding: vault), addresses: addresses)
    }

    private func pod(_ ground: ChainGround, addresses: [String: String] = [:]) throws -> JSONValue {
        let set = try ground.statefulSet(of: ground.work.plan.nodes[0], start: true, parts(ground, addresses: addresses)).json
        return set["spec"]["template"]["spec"]
    }

    private func user(_ user: String?) -> Plan {
        var plan = SampleChain.plan(nodes: 1)
        plan.nodes[0].user = user
        return plan
    }

    @Test func nothingComesInButFromTheChainAndToPublishedPorts() {
        let ground = ground(SampleChain.rich(nodes: 1))
        let rule = ground.isolation.json["spec"]
        #expect(rule["podSelector"] == [:] && rule["policyTypes"] == ["Ingress", "Egress"])
        #expect(rule["ingress"] == [["from": [["podSelector": [:]]]]] && rule["egress"] == [["to": [["podSelector": [:]]]]])
        let opening = ground.opening(of: ground.work.plan.nodes[0])?.json["spec"]
        #expect(opening?["ingress"] == [["ports": [["protocol": "TCP", "port": 8000]]]])
        #expect(opening?["podSelector"]["matchLabels"]["continuo.node"] == "node1")
    }

    @Test(arguments: [("1000:1000", "restricted"), ("1000", "restricted"), ("0", "baseline"), (nil, "baseline")])
    func theNamespaceAsksForTheStrictestPodSecurityThatThePlanAllows(_ user: String?, level: String) {
        let labels = ground(self.user(user)).namespace.labels
        for mode in ["enforce", "audit", "warn"] { #expect(labels["pod-security.kubernetes.io/\(mode)"] == level) }
    }

    @Test func aPodIsConfined() throws {
        let pod = try pod(ground(user("1000:2000")))
        #expect(
            pod["securityContext"] == [
                "runAsUser": 1000, "runAsGroup": 2000, "runAsNonRoot": true, "fsGroup": 2000,
                "fsGroupChangePolicy": "OnRootMismatch", "seccompProfile": ["type": "RuntimeDefault"],
            ])
        #expect(
            pod["containers"][0]["securityContext"] == [
                "allowPrivilegeEscalation": false, "privileged": false, "capabilities": ["drop": ["ALL"]],
            ])
        #expect(pod["automountServiceAccountToken"] == false && pod["enableServiceLinks"] == false)
        #expect(pod["hostNetwork"] == .null && pod["hostPID"] == .null)
    }

    @Test func nodesAreKnownByAllTheirNames() throws {
        let pod = try pod(ground(SampleChain.rich()), addresses: ["node1": "10.1.0.1", "node2": "10.1.0.2"])
        #expect(
            pod["hostAliases"] == [
                ["ip": "127.0.0.1", "hostnames": ["node1", "node1.sample.example"]],
                ["ip": "10.1.0.2", "hostnames": ["node2"]],
            ])
    }

    @Test func dollarSignsReachTheNodeAsTheyAre() throws {
        var plan = SampleChain.plan(nodes: 1)
        plan.nodes[0].command = ["sh", "-c", "echo $(date) $$ ${HOME}"]
        plan.nodes[0].environment = ["A": "$(B)"]
        let container = try pod(ground(plan))["containers"][0]
        #expect(container["args"][2] == "echo $$(date) $$$$ $${HOME}")
        #expect(container["env"][0]["value"] == "$$(B)")
    }

    @Test func secretsAreInSecretsAlone() throws {
        let ground = ground(SampleChain.plan(nodes: 1))
        let parts = parts(ground)
        let node = ground.work.plan.nodes[0]
        let set = try ground.statefulSet(of: node, start: true, parts).json
        #expect(!"\(set)".contains("hidden"))
        let files = try ground.files(node.files, of: node.name, labels: ground.labels(of: node), parts.references)
        #expect(files?.resource == .secrets && files?.json["data"]["file0"] == .base64(Array("token=hidden\n".utf8)))
        let mount = set["spec"]["template"]["spec"]["containers"][0]["volumeMounts"][1]
        #expect(mount == ["name": "files", "mountPath": "/etc/sample/token", "subPath": "file0", "readOnly": true])
    }

    @Test func volumesAreAsTheHostsSettingsSay() throws {
        let claims = ground(SampleChain.plan(nodes: 1), settings: HostSettings(storageClass: "fast"))
        let claim = claims.claims(of: claims.work.plan.nodes[0])[0].json["spec"]
        #expect(claim["storageClassName"] == "fast" && claim["resources"]["requests"]["storage"] == "1073741824")
        let brief = ground(SampleChain.plan(nodes: 1), settings: HostSettings(ephemeralVolumes: true))
        #expect(brief.claims(of: brief.work.plan.nodes[0]).isEmpty)
        #expect(try pod(brief)["volumes"][0] == ["name": "volume-data", "emptyDir": [:]])
        #expect(brief.quota.json["spec"]["hard"]["persistentvolumeclaims"] == "0")
    }

    @Test func probesAreTheClustersOwn() throws {
        var plan = SampleChain.plan(nodes: 1)
        plan.nodes[0].probe = PlannedProbe(.http(HTTPProbe(port: 8000, path: "/up")), interval: 7, timeout: 2, grace: 1)
        let container = try pod(ground(plan))["containers"][0]
        #expect(container["readinessProbe"]["httpGet"] == ["port": 8000, "path": "/up", "scheme": "HTTP"])
        #expect(container["readinessProbe"]["periodSeconds"] == 7 && container["startupProbe"]["periodSeconds"] == 1)
        plan.nodes[0].probe = PlannedProbe(.tcp(port: 8000), interval: 7, timeout: 2, grace: 1)
        #expect(try pod(ground(plan))["containers"][0]["readinessProbe"]["tcpSocket"] == ["port": 8000])
    }

    @Test func limitsAreKeptAndMemoryIsReserved() throws {
        var plan = SampleChain.plan(nodes: 1)
        plan.nodes[0].resources = PlannedResources(cpus: 0.5, memoryBytes: 1 << 20)
        let ground = ground(plan)
        #expect(
            try pod(ground)["containers"][0]["resources"] == [
                "limits": ["cpu": "500m", "memory": "1048576"], "requests": ["cpu": "50m", "memory": "1048576"],
            ])
        #expect(ground.quota.json["spec"]["hard"]["limits.memory"] == "2097152")
    }

    @Test func onlyImagesThatNameTheirRegistryArePulled() {
        #expect(PodParts.pull("registry.example.com/a/b:1") == "IfNotPresent" && PodParts.pull("continuo/litecoin:1") == "Never")
    }
}

extension JSONValue {
    fileprivate subscript(_ name: String) -> JSONValue {
        if case .object(let members) = self { members[name] ?? .null } else { .null }
    }

    fileprivate subscript(_ index: Int) -> JSONValue {
        if case .array(let elements) = self, elements.indices.contains(index) { elements[index] } else { .null }
    }
}
