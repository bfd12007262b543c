public import Model

/// Small chains for tests: containers that start at once, end at once, and keep a diary in their volume.
public enum SampleChain {
    /// Writes a line to `/data/diary` at each start, then waits for its end.
    public static let script = "echo started >> /data/diary; trap 'exit 0' TERM; busybox sleep 100000 & wait"

    public static func plan(nodes: Int = 2, image: String = Docker.image, script: String = script) -> Plan {
        Plan(
            blueprint: BlueprintReference(name: "sample", version: 1),
            secrets: [PlannedSecret(name: "token", length: 32)],
            nodes: (1...nodes).map { node("node\($0)", image: image, script: script) }, connection: [])
    }

    public static func node(_ name: String, image: String = Docker.image, script: String = script) -> PlannedNode {
        PlannedNode(
            name: name, image: image, command: ["/bin/sh", "-c", script],
            ports: [PlannedPort(name: "rpc", container: 8000, scheme: "http")],
            volumes: [PlannedVolume(name: "data", path: "/data")],
            files: [PlannedFile(path: "/etc/sample/token", content: "token=${secret.token}\n", mode: 0o400)],
            probe: PlannedProbe(
                command: ["/bin/sh", "-c", "busybox grep -q token= /etc/sample/token"], interval: 1, timeout: 5, grace: 5))
    }

    /// A chain with something of everything that is delivered: secrets, certificates, further names, a port for itself alone.
    public static func rich(nodes: Int = 2) -> Plan {
        var plan = plan(nodes: nodes)
        plan.authorities = [PlannedAuthority(name: "ca", subject: PlannedSubject(commonName: "Sample CA"), days: 30)]
        plan.certificates = [
            PlannedCertificate(
                name: "node1", authority: "ca", subject: PlannedSubject(commonName: "node1", organization: "Sample"),
                names: ["node1", "node1.sample.example", "${host.address}"], purposes: [.server, .client], days: 20)
        ]
        plan.nodes[0].names = ["node1.sample.example"]
        plan.nodes[0].ports.append(PlannedPort(name: "gossip", container: 8001, scheme: "tcp", published: false))
        plan.nodes[0].files += [
            PlannedFile(path: "/etc/sample/key.pem", content: "${identity.node1.key}", mode: 0o400),
            PlannedFile(path: "/etc/sample/cert.pem", content: "${identity.node1.certificate}", mode: 0o444),
            PlannedFile(path: "/etc/sample/ca.pem", content: "${authority.ca.certificate}", mode: 0o444),
            PlannedFile(
                path: "/etc/sample/where", content: "${host.address} ${endpoint.node1.rpc.url}\n", mode: 0o444, owner: 1000,
                group: 1000),
        ]
        return plan
    }

    public static func work(
        _ plan: Plan = plan(), id: ChainID = .fresh(), desired: Desired = Desired(), subnet: String = Allotment.subnet()
    ) -> ChainWork {
        let ports = plan.nodes.flatMap { node in
            node.publishedPorts.map { PortAssignment(node: node.name, name: $0.name, port: Allotment.port()) }
        }
        return ChainWork(id: id, plan: plan, desired: desired, subnet: subnet, ports: ports, sequence: 1)
    }
}

extension ChainWork {
    /// The next generation of the chain's desired state.
    public func changed(_ change: (inout Desired) -> Void) -> ChainWork {
        var next = self
        change(&next.desired)
        next.desired.generation += 1
        next.sequence += 1
        return next
    }

    public var absent: ChainWork { changed { $0.power = .absent } }
}
