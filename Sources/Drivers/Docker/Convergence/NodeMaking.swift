import DockerEngine
import Drivers
import Model

/// Makes, starts and stops the nodes of one chain.
struct NodeMaking: Sendable {
    let making: ContainerMaking
    /// Containers that were created and never started: their files may be missing.
    let fresh: Set<String>
    /// What tasks gave to those that are made now.
    let given: GivenFiles

    private var daemon: Daemon { making.daemon }
    private var ground: ChainGround { making.ground }

    func perform(_ step: ConvergePlan.Step) async throws(WorkError) {
        let node = step.node
        switch step.step {
        case .keep, .absent: return
        case .create(let start): try await make(node, start: start)
        case .replace(let old, let start):
            // Its volumes live on: it may write out what it holds.
            try await daemon.stop(old, node: node.name, patience: making.patience.stopping)
            try await making.remove(old)
            try await make(node, start: start)
        case .start(let id):
            if fresh.contains(id) { try await making.put(node.files, given, into: id, node: node.name) }
            _ = try await making.start(id, node.name, node: node.name)
        case .stop(let id): try await daemon.stop(id, node: node.name, patience: making.patience.stopping)
        }
    }

    private func make(_ node: PlannedNode, start: Bool) async throws(WorkError) {
        try await makeVolumes(of: node)
        let spec = try ContainerSpec(node, on: ground, addresses: making.addresses, making.references)
        guard let id = try await making.create(spec, named: ground.names.container(node.name), node: node.name) else { return }
        try await making.put(node.files, given, into: id, node: node.name)
        if start { _ = try await making.start(id, node.name, node: node.name) }
    }

    private func makeVolumes(of node: PlannedNode) async throws(WorkError) {
        let labels = ObjectLabels(ground.work, on: ground.host.id, of: ground.installation).dictionary
        for volume in ground.volumes(of: node) {
            let made = try await daemon.makeVolume(ground.names.volume(volume.name, of: node.name), labels: labels)
            guard ObjectLabels(made.labels ?? [:])?.installation == ground.installation else {
                throw WorkError(.terminal, .hostRefused, "the volume \(made.name) on the host is not ours", node: node.name)
            }
        }
    }
}
