import Curl
import DockerEngine
import Drivers
import Model

/// Makes and starts containers of one chain, nodes' and tasks'. What somebody else changes meanwhile is left to the next look.
struct ContainerMaking: Sendable {
    let daemon: Daemon
    let ground: ChainGround
    let addresses: NodeAddresses
    let references: References
    let patience: DockerDriver.Patience

    /// - Returns: the container to go on with; `nil` where another agent has made one that is beyond this step.
    func create(_ spec: ContainerSpec, named name: String, node: String?) async throws(WorkError) -> String? {
        let answer = try await daemon.call(
            "POST", Request.path("containers", "create", query: [("name", name)]), json: spec)
        if answer.status == 409 { return try await adopt(name, insteadOf: spec, node: node) }
        // The network can have gone since it was looked at.
        if answer.isAboutNetwork { return nil }
        return try answer.decode(Identified.self, "creating the container", node: node).id
    }

    /// The container of that name, if it is what would have been made and was not started yet.
    private func adopt(_ name: String, insteadOf spec: ContainerSpec, node: String?) async throws(WorkError) -> String? {
        guard let other = try await daemon.container(name) else { return nil }
        let labels = other.config.labels ?? [:]
        guard let theirs = ObjectLabels(labels), theirs.installation == ground.installation else {
            throw WorkError(.terminal, .hostRefused, "the container \(name) on the host is not ours", node: node)
        }
        let mine = ObjectLabels(spec.labels)
        guard theirs.node == mine?.node, theirs.task == mine?.task,
            labels[DockerLabels.fingerprint] == ground.vault.fingerprint
        else { return nil }
        return other.state.status == "created" ? other.id : nil
    }

    /// Secrets are put into their places here, and nowhere else.
    func put(_ files: [PlannedFile], _ given: GivenFiles, into id: String, node: String?) async throws(WorkError) {
        guard !files.isEmpty else { return }
        let entries = try files.map { (file) throws(WorkError) in
            Ustar.File(
                path: file.path, content: try references.content(of: file, given: given), mode: file.mode, owner: file.owner,
                group: file.group)
        }
        try await daemon.unpack(try Ustar.archive(entries), into: id, node: node)
    }

    /// - Returns: whether it was started; not, where somebody else has removed it meanwhile.
    func start(_ id: String, _ name: String, node: String?) async throws(WorkError) -> Bool {
        let answer = try await daemon.call("POST", Request.path("containers", id, "start"))
        if answer.succeeded { return true }
        if answer.isAboutNetwork {
            // A container holds on to its network by id: when that network is gone, only a new container helps.
            try await remove(id)
            return false
        }
        if [404, 409].contains(answer.status) { return false }
        throw answer.refusal("starting \(name)", node: node)
    }

    func remove(_ id: String) async throws(WorkError) {
        try await daemon.remove([ObjectReference(kind: .container, id: id)], patience: patience.settling)
    }
}
