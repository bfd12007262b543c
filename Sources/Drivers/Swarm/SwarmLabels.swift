import DockerEngine
import Drivers
import FoundationEssentials
import Model

/// Labels that a swarm's objects carry beside `ObjectLabels`.
enum SwarmLabels {
    /// On services: which vault their files were made from.
    static let fingerprint = "continuo.vault-fingerprint"
    /// On services: the id of the machine to which their volumes and published ports tie them.
    static let machine = "continuo.machine"
    /// On networks, with a node's name after it: the machine that was chosen for it.
    static let machinePrefix = "continuo.machine."
    /// On services, with a planned port's name after it: the port inside the container.
    static let portPrefix = "continuo.port."
    /// On configs and secrets that are files of a node or task.
    static let file = "continuo.file"
    /// On a machine, given by an operator: the name or IP by which its published ports are reached, if not the swarm's own.
    static let address = "continuo.address"
}

extension StoredFile {
    /// The vault that this config is, if it is that of this incarnation.
    func vault(of chain: ChainID, incarnation: Int, installation: InstallationID) -> SealedVault? {
        guard labels[SwarmLabels.file] == nil, let ours = ObjectLabels(labels), ours.installation == installation,
            ours.chain == chain, ours.incarnation == incarnation, let data = spec.data.flatMap({ Data(base64Encoded: $0) })
        else { return nil }
        return SealedVault(String(decoding: data, as: UTF8.self))
    }
}

extension Service {
    /// The id of the machine that it is tied to.
    var machine: String? { labels[SwarmLabels.machine] }
}
