import DockerEngine
import Drivers
import Model

/// Makes the chain's network. Two agents at once can't make two of them: the second one's subnet would overlap the first one's.
struct NetworkMaking: Sendable {
    let daemon: Daemon
    let ground: ChainGround
    let addresses: NodeAddresses
    let patience: DockerDriver.Patience

    /// - Throws: `subnetTaken` when a network that is not this chain's overlaps its subnet.
    func ensure() async throws(WorkError) {
        try await settle(within: patience.settling) { (isLast) throws(WorkError) in
            if try await isThere() { return true }
            let answer = try await create()
            if answer.succeeded { return true }
            guard answer.isOverlap || answer.status == 409 else { throw answer.refusal("creating the network") }
            if try await isThere() { return true }
            if let rival = try await daemon.rival(of: ground.names.network, in: addresses.subnet) {
                throw taken("by the network \(rival)")
            }
            // Nothing visible holds the subnet yet: somebody is making a network right now, perhaps this one.
            if isLast { throw taken("on the host") }
            return false
        }
    }

    /// Whether the network exists as it should. One with another subnet is of an earlier assignment: it goes, with its containers.
    private func isThere() async throws(WorkError) -> Bool {
        let ours = try await daemon.networks(of: ground.work.id).filter { $0.name == ground.names.network }
        if ours.contains(where: { $0.subnets == [addresses.subnet] }) { return true }
        guard !ours.isEmpty else { return false }
        let containers = try await daemon.containers(of: ground.work.id)
        try await daemon.remove(
            containers.map { ObjectReference(kind: .container, id: $0.id) }
                + ours.map { ObjectReference(kind: .network, id: $0.id) }, patience: patience.settling)
        return false
    }

    private func create() async throws(WorkError) -> Answer {
        try await daemon.createNetwork(
            ground.names.network, driver: "bridge", subnet: addresses.subnet, gateway: addresses.gateway,
            labels: ObjectLabels(ground.work, on: ground.host.id, of: ground.installation).dictionary)
    }

    private func taken(_ by: String) -> WorkError {
        WorkError(
            .transient, .subnetTaken, "the subnet \(addresses.subnet) is taken \(by)", value: ground.work.subnet)
    }
}

extension Answer {
    /// `Pool overlaps with other one on this address space`, `networks have overlapping IPv4`.
    fileprivate var isOverlap: Bool { !succeeded && message.contains("overlap") }
}
