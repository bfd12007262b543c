import Curl
import DockerEngine
import Drivers
import Model

/// Makes, starts and stops the nodes of one chain. What somebody else changes meanwhile is left to the next round.
struct NodeMaking: Sendable {
    let daemon: Daemon
    let ground: ChainGround
    let addresses: NodeAddresses
    let references: References
    /// Containers that were created and never started: their files may be missing.
    let fresh: Set<String>
    let patience: DockerDriver.Patience

    func perform(_ step: ConvergePlan.Step) async throws(WorkError) {
        let node = step.node
        switch step.step {
        case .keep, .absent: return
        case .create(let start): try await make(node, start: start)
        case .replace(let old, let start):
            // Its volumes live on: it may write out what it holds.
            try await daemon.stop(old, node: node.name, patience: patience.stopping)
            try await remove(old)
            try await make(node, start: start)
        case .start(let id):
            if fresh.contains(id) { try await putFiles(of: node, into: id) }
            try await start(id, node)
        case .stop(let id): try await daemon.stop(id, node: node.name, patience: patience.stopping)
        }
    }

    private func make(_ node: PlannedNode, start: Bool) async throws(WorkError) {
        try await makeVolumes(of: node)
        guard let id = try await create(node) else { return }
        try await putFiles(of: node, into: id)
        if start { try await self.start(id, node) }
    }

    private func makeVolumes(of node: PlannedNode) async throws(WorkError) {
        let labels = ObjectLabels(ground.work, on: ground.host.id, of: ground.installation).dictionary
        for volume in ground.volumes(of: node) {
            let made = try await daemon.createVolume(ground.names.volume(volume.name, of: node.name), labels: labels)
            guard ObjectLabels(made.labels ?? [:])?.installation == ground.installation else {
                throw WorkError(.terminal, .hostRefused, "the volume \(made.name) on the host is not ours", node: node.name)
            }
        }
    }

    /// - Returns: the container to go on with; `nil` where another agent has made one that is beyond this step.
    private func create(_ node: PlannedNode) async throws(WorkError) -> String? {
        let name = ground.names.container(node.name)
        let answer = try await daemon.call(
            "POST", Request.path("containers", "create", query: [("name", name)]),
            json: try ContainerSpec(node, on: ground, addresses: addresses))
        if answer.status == 409 { return try await adopt(name, for: node) }
        // The network can have gone since it was looked at.
        if answer.isAboutNetwork { return nil }
        return try answer.decode(Identified.self, "creating the container", node: node.name).id
    }

    /// The container of that name, if it is what would have been made and was not started yet.
    private func adopt(_ name: String, for node: PlannedNode) async throws(WorkError) -> String? {
        guard let other = try await daemon.container(name) else { return nil }
        let labels = other.config.labels ?? [:]
        guard let theirs = ObjectLabels(labels), theirs.installation == ground.installation else {
            throw WorkError(.terminal, .hostRefused, "the container \(name) on the host is not ours", node: node.name)
        }
        let mine = ObjectLabels(ground.work, on: ground.host.id, of: ground.installation, node: node).node
        guard theirs.node == mine, labels[DockerLabels.fingerprint] == ground.vault.fingerprint else { return nil }
        return other.state.status == "created" ? other.id : nil
    }

    /// Secrets are put into their places here, and nowhere else.
    private func putFiles(of node: PlannedNode, into id: String) async throws(WorkError) {
        guard !node.files.isEmpty else { return }
        let files = try node.files.map { (file) throws(WorkError) in
            Ustar.File(
                path: file.path, content: Array(try references.resolve(file.content).utf8), mode: file.mode, owner: file.owner,
                group: file.group)
        }
        try await daemon.unpack(try Ustar.archive(files), into: id, node: node.name)
    }

    private func start(_ id: String, _ node: PlannedNode) async throws(WorkError) {
        let answer = try await daemon.call("POST", Request.path("containers", id, "start"))
        if answer.succeeded { return }
        // A container holds on to its network by id: when that network is gone, only a new container helps.
        if answer.isAboutNetwork { return try await remove(id) }
        // Removed by somebody else meanwhile.
        if [404, 409].contains(answer.status) { return }
        throw answer.refusal("starting \(node.name)", node: node.name)
    }

    private func remove(_ id: String) async throws(WorkError) {
        try await daemon.remove([ObjectReference(kind: .container, id: id)], patience: patience.settling)
    }
}

extension Answer {
    /// `network 6dd2c551… not found`.
    fileprivate var isAboutNetwork: Bool { status == 404 && message.hasPrefix("network ") }
}
