import DockerEngine
import Drivers
import Model

/// What all services of a chain have in common when they are made.
struct ChainGround: Sendable {
    var work: ChainWork
    var host: HostTarget
    var installation: InstallationID
    var vault: SealedVault
    /// The id of the chain's network.
    var network: String
    /// The `VOLUME`s of each image that the manager has.
    var imageVolumes: [String: [String]]
    /// Which machine each node is put on, by id.
    var placement: [String: String]
    /// How long a container may take to end by itself.
    var grace: Duration
}

/// The ids of files that are on the swarm, by their names.
typealias StoredIDs = [String: String]

extension ChainGround {
    var names: SwarmNames { SwarmNames(work) }

    /// What is kept of a node: the plan's volumes, and a named one for each `VOLUME` of its image that the plan does not know.
    func volumes(of node: PlannedNode) -> [PlannedVolume] {
        let known = Set(node.volumes.map(\.path))
        let others = (imageVolumes[node.image] ?? []).filter { !known.contains($0) }
        return node.volumes + others.enumerated().map { PlannedVolume(name: "image\($0 + 1)", path: $1) }
    }

    var commonLabels: [String: String] { ObjectLabels(work, on: host.id, of: installation).dictionary }

    func labels(of node: PlannedNode) -> [String: String] {
        var labels = ObjectLabels(work, on: host.id, of: installation, node: node).dictionary
        labels[SwarmLabels.fingerprint] = vault.fingerprint
        for port in node.publishedPorts { labels[SwarmLabels.portPrefix + port.name] = String(port.container) }
        // What keeps nothing and is reached by nobody from outside may go wherever there is room.
        let isTied = !volumes(of: node).isEmpty || !node.publishedPorts.isEmpty
        if let machine = placement[node.name], isTied { labels[SwarmLabels.machine] = machine }
        return labels
    }
}

extension ServiceSpec {
    init(
        _ node: PlannedNode, on ground: ChainGround, files: [NodeFile], stored: StoredIDs, references: References, start: Bool
    ) throws(WorkError) {
        name = ground.names.service(node.name)
        labels = ground.labels(of: node)
        mode = .one(on: start)
        endpointSpec = EndpointSpec(ports: try Self.ports(of: node, ground))
        var container = try Container(
            image: node.image, hostname: node.name, command: node.command, environment: node.environment, user: node.user,
            labels: labels, ground.grace, references)
        container.mounts = ground.volumes(of: node).map {
            .init(
                source: ground.names.volume($0.name, of: node.name), target: $0.path,
                volumeOptions: .init(labels: ground.commonLabels))
        }
        container.healthcheck = node.probe.map(ProbeWrapper.check)
        taskTemplate = Template(
            container, files, stored, aliases: [node.name] + node.names, resources: node.resources, ground,
            restart: RestartPolicy(condition: "any", delay: 500_000_000),
            machine: labels[SwarmLabels.machine])
    }

    init(
        _ task: PlannedTask, on ground: ChainGround, files: [NodeFile], stored: StoredIDs, references: References
    ) throws(WorkError) {
        name = ground.names.task(task.name)
        labels = ObjectLabels(ground.work, on: ground.host.id, of: ground.installation, task: task).dictionary
        // Not a job of the swarm: of those, daemons of 20.10 leave the containers behind.
        mode = .one(on: true)
        updateConfig = nil
        endpointSpec = EndpointSpec()
        let container = try Container(
            image: task.image, hostname: nil, command: task.command, environment: task.environment, user: task.user,
            labels: labels, ground.grace, references)
        taskTemplate = Template(
            container, files, stored, aliases: [], resources: task.resources, ground,
            restart: RestartPolicy(condition: "none", delay: 0), machine: nil)
    }

    private static func ports(of node: PlannedNode, _ ground: ChainGround) throws(WorkError) -> [PortConfig] {
        try node.publishedPorts.map { (port) throws(WorkError) in
            guard let published = ground.work.port(of: node.name, port.name) else {
                throw WorkError(.terminal, .badPlan, "the port \(port.name) of \(node.name) has no number", node: node.name)
            }
            return PortConfig(targetPort: port.container, publishedPort: published)
        }
    }
}

extension ServiceSpec.Container {
    fileprivate init(
        image: String, hostname: String?, command: [String], environment: [String: String], user: String?,
        labels: [String: String], _ grace: Duration, _ references: References
    ) throws(WorkError) {
        self.init(
            image: image, hostname: hostname,
            args: try command.map { (word) throws(WorkError) in try references.resolvePublic(word) },
            env: try environment.sorted { $0.key < $1.key }.map { (name, value) throws(WorkError) in
                "\(name)=\(try references.resolvePublic(value))"
            }, user: user, labels: labels, stopGracePeriod: Int(grace.components.seconds) * 1_000_000_000)
    }
}

extension ServiceSpec.Template {
    fileprivate init(
        _ container: ServiceSpec.Container, _ files: [NodeFile], _ stored: StoredIDs, aliases: [String],
        resources: PlannedResources, _ ground: ChainGround, restart: ServiceSpec.RestartPolicy, machine: String?
    ) {
        var container = container
        container.configs = files.filter { !$0.isSecret }.map {
            .init(configID: stored[$0.name] ?? "", configName: $0.name, file: $0.place)
        }
        container.secrets = files.filter(\.isSecret).map {
            .init(secretID: stored[$0.name] ?? "", secretName: $0.name, file: $0.place)
        }
        let settings = ground.host.settings
        let usual = settings.logDriver == nil && settings.logOptions.isEmpty
        self.init(
            containerSpec: container, networks: [.init(target: ground.network, aliases: aliases)],
            resources: .init(
                limits: .init(
                    nanoCPUs: resources.cpus.map { Int($0 * 1_000_000_000) }, memoryBytes: resources.memoryBytes)),
            restartPolicy: restart, placement: .init(constraints: machine.map { ["node.id==\($0)"] } ?? []),
            logDriver: .init(
                name: settings.logDriver ?? "json-file",
                options: usual ? ["max-size": "10m", "max-file": "3"] : settings.logOptions))
    }
}
