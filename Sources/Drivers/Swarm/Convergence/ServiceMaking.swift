import Curl
import DockerEngine
import Drivers
import Model

/// Makes, starts and stops the services of one chain. What somebody else changes meanwhile is left to the next round.
struct ServiceMaking: Sendable {
    let daemon: Daemon
    let ground: ChainGround
    let references: References
    let given: GivenFiles
    let blotter: Blotter

    func perform(_ step: ConvergePlan.Step) async throws(WorkError) {
        let node = step.node
        switch step.step {
        case .keep, .absent: return
        case .create(let start): try await create(try await spec(node, start: start), node.name)
        case .replace(let id, let start): try await replace(id, try await spec(node, start: start), node.name)
        case .start(let id): try await daemon.scale(id, to: 1, node: node.name)
        case .stop(let id): try await daemon.scale(id, to: 0, node: node.name)
        }
    }

    /// Makes the service of a task.
    func create(_ task: PlannedTask) async throws(WorkError) {
        let files = try task.files.map { (file) throws(WorkError) in try nodeFile(file, of: task.name) }
        let stored = try await store(files, of: task.name)
        try await create(
            try ServiceSpec(task, on: ground, files: files, stored: stored, references: references), task.name)
    }

    private func spec(_ node: PlannedNode, start: Bool) async throws(WorkError) -> ServiceSpec {
        let files = try node.files.map { (file) throws(WorkError) in try nodeFile(file, of: node.name) }
        let stored = try await store(files, of: node.name)
        return try ServiceSpec(node, on: ground, files: files, stored: stored, references: references, start: start)
    }

    private func nodeFile(_ file: PlannedFile, of owner: String) throws(WorkError) -> NodeFile {
        try NodeFile(file, of: owner, ground.names, references, given, vault: ground.vault)
    }

    private func create(_ spec: ServiceSpec, _ owner: String) async throws(WorkError) {
        let answer = try await daemon.call("POST", "/services/create", json: spec)
        if answer.status == 409 { return try await adopt(spec.name, owner) }
        // A config or network can have gone since it was looked at.
        if answer.status == 404 { return }
        try answer.expect("creating the service", node: owner)
    }

    /// Another agent's service of that name is taken up in the next round.
    private func adopt(_ name: String, _ owner: String) async throws(WorkError) {
        guard let other = try await daemon.service(name) else { return }
        guard ObjectLabels(other.labels)?.installation == ground.installation else {
            throw WorkError(.terminal, .hostRefused, "the service \(name) on the host is not ours", node: owner)
        }
    }

    private func replace(_ id: String, _ spec: ServiceSpec, _ node: String) async throws(WorkError) {
        guard let service = try await daemon.service(id) else { return }
        let path = Request.path("services", id, "update", query: [("version", String(service.version.index))])
        let answer = try await daemon.call("POST", path, json: spec)
        guard !answer.isOutOfSequence, answer.status != 404 else { return }
        try answer.expect("changing the service", node: node)
    }

    /// Puts the files on the swarm.
    /// - Returns: their ids.
    private func store(_ files: [NodeFile], of owner: String) async throws(WorkError) -> StoredIDs {
        var labels = ground.commonLabels
        labels[SwarmLabels.file] = owner
        let common = labels
        let ids = try await inParallel(files) { (file) throws(WorkError) in
            let id = try await daemon.store(file.kind, file.name, labels: common, content: file.content)
            return (file.name, id)
        }
        return StoredIDs(ids) { first, _ in first }
    }
}
