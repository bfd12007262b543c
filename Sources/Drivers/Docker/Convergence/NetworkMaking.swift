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
            if let rival = try await rival() { throw taken("by the network \(rival)") }
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
        try await daemon.call(
            "POST", "/networks/create",
            json: NetworkSpec(
                name: ground.names.network,
                labels: ObjectLabels(ground.work, on: ground.host.id, of: ground.installation).dictionary,
                addresses: .init(config: [.init(subnet: addresses.subnet.description, gateway: addresses.gateway)])))
    }

    /// The name of a network of somebody else that overlaps the subnet.
    private func rival() async throws(WorkError) -> String? {
        let all = try await daemon.call("GET", "/networks").decode([NetworkDetails].self, "listing networks")
        return all.first { network in
            network.name != ground.names.network && network.subnets.contains { $0.overlaps(addresses.subnet) }
        }?.name
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

/// The body of `POST /networks/create`.
private struct NetworkSpec: Encodable {
    var name: String
    var checkDuplicate = true
    var driver = "bridge"
    var labels: [String: String]
    var addresses: Addresses

    struct Addresses: Encodable {
        var config: [Pool]

        enum CodingKeys: String, CodingKey { case config = "Config" }
    }

    struct Pool: Encodable {
        var subnet: String
        var gateway: String
    }

    enum CodingKeys: String, CodingKey {
        case name, checkDuplicate, driver, labels
        case addresses = "IPAM"
    }
}
