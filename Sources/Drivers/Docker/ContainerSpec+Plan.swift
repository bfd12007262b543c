import DockerEngine
import Drivers
import Model

/// What all containers of a chain have in common when they are made.
struct ChainGround: Sendable {
    var work: ChainWork
    var host: HostTarget
    var installation: InstallationID
    var vault: SealedVault
    /// The `VOLUME`s of each image.
    var imageVolumes: [String: [String]]
}

extension ChainGround {
    var names: ObjectNames { ObjectNames(work) }

    /// What is kept of a node: the plan's volumes, and a named one for each `VOLUME` of its image that the plan does not know.
    func volumes(of node: PlannedNode) -> [PlannedVolume] {
        let known = Set(node.volumes.map(\.path))
        let others = (imageVolumes[node.image] ?? []).filter { !known.contains($0) }
        return node.volumes + others.enumerated().map { PlannedVolume(name: "image\($0 + 1)", path: $1) }
    }

    func labels(of task: PlannedTask) -> [String: String] {
        var labels = ObjectLabels(work, on: host.id, of: installation, task: task).dictionary
        labels[DockerLabels.fingerprint] = vault.fingerprint
        return labels
    }

    func labels(of node: PlannedNode) -> [String: String] {
        var labels = ObjectLabels(work, on: host.id, of: installation, node: node).dictionary
        labels[DockerLabels.fingerprint] = vault.fingerprint
        for port in node.publishedPorts { labels[DockerLabels.portPrefix + port.name] = String(port.container) }
        return labels
    }

    /// Where published ports listen: everywhere, or on the loopback where the host is reached by it.
    var bindAddress: String {
        host.address == "localhost" || host.address.hasPrefix("127.") ? "127.0.0.1" : "0.0.0.0"
    }
}

extension ContainerSpec {
    init(
        _ node: PlannedNode, on ground: ChainGround, addresses: NodeAddresses, _ references: References
    ) throws(WorkError) {
        let network = ground.names.network
        guard let address = addresses.address(of: node.name) else {
            throw WorkError(.terminal, .badPlan, "the node \(node.name) has no address", node: node.name)
        }
        hostname = node.name
        image = node.image
        cmd = try references.words(node.command)
        env = try references.variables(node.environment)
        user = node.user
        labels = ground.labels(of: node)
        exposedPorts = Dictionary(node.ports.map { ("\($0.container)/tcp", Nothing()) }) { first, _ in first }
        healthcheck = node.probe.map(Healthcheck.init)
        hostConfig = try HostConfig(node, on: ground, network: network, hosts: addresses.hosts(of: node.name))
        networkingConfig = NetworkingConfig(
            endpointsConfig: [network: Endpoint(aliases: [node.name] + node.names, address: Address(ipv4: address))])
    }

    init(
        _ task: PlannedTask, on ground: ChainGround, addresses: NodeAddresses, _ references: References
    ) throws(WorkError) {
        let network = ground.names.network
        guard let address = addresses.address(ofTask: task.name) else {
            throw WorkError(.terminal, .badPlan, "the task \(task.name) has no address")
        }
        hostname = task.name
        image = task.image
        cmd = try references.words(task.command)
        env = try references.variables(task.environment)
        user = task.user
        labels = ground.labels(of: task)
        exposedPorts = [:]
        hostConfig = HostConfig(task.resources, network: network, hosts: addresses.hosts(), logConfig: .usual)
        hostConfig.restartPolicy = RestartPolicy(name: "no")
        networkingConfig = NetworkingConfig(endpointsConfig: [network: Endpoint(aliases: [], address: Address(ipv4: address))])
    }
}

extension References {
    fileprivate func words(_ command: [String]) throws(WorkError) -> [String]? {
        var words: [String] = []
        for word in command { words.append(try resolvePublic(word)) }
        return words.isEmpty ? nil : words
    }

    fileprivate func variables(_ environment: [String: String]) throws(WorkError) -> [String] {
        var variables: [String] = []
        for (name, value) in environment.sorted(by: { $0.key < $1.key }) {
            variables.append("\(name)=\(try resolvePublic(value))")
        }
        return variables
    }
}

extension Healthcheck {
    fileprivate init(_ probe: PlannedProbe) {
        let second = 1_000_000_000
        self.init(
            test: ["CMD"] + probe.insideCommand, interval: probe.interval * second, timeout: probe.timeout * second,
            startPeriod: probe.grace * second)
    }
}

extension ContainerSpec.HostConfig {
    init(_ resources: PlannedResources, network: String, hosts: [String], logConfig: ContainerSpec.LogConfig) {
        self.init(
            networkMode: network, portBindings: [:], mounts: [], extraHosts: hosts, memory: resources.memoryBytes,
            memorySwap: resources.memoryBytes, nanoCpus: resources.cpus.map { Int($0 * 1_000_000_000) }, logConfig: logConfig)
    }

    init(_ node: PlannedNode, on ground: ChainGround, network: String, hosts: [String]) throws(WorkError) {
        self.init(
            node.resources, network: network, hosts: hosts, logConfig: try ContainerSpec.LogConfig(ground.host.settings))
        for port in node.publishedPorts {
            guard let published = ground.work.port(of: node.name, port.name) else {
                throw WorkError(.terminal, .badPlan, "the port \(port.name) of \(node.name) has no number", node: node.name)
            }
            portBindings["\(port.container)/tcp", default: []].append(
                .init(hostIp: ground.bindAddress, hostPort: String(published)))
        }
        mounts = ground.volumes(of: node).map {
            .init(source: ground.names.volume($0.name, of: node.name), target: $0.path)
        }
    }
}
