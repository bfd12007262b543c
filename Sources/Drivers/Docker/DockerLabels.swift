import DockerEngine
import Drivers
import Model

/// Labels that Docker's objects carry beside `ObjectLabels`.
enum DockerLabels {
    /// On the vault's volume: the sealed vault.
    static let vault = "continuo.vault"
    /// On containers: which vault their files were made from.
    static let fingerprint = "continuo.vault-fingerprint"
    /// On containers, with a planned port's name after it: the port inside the container.
    static let portPrefix = "continuo.port."
}

extension VolumeDetails {
    /// The vault that lies on this volume, if it is that of this incarnation.
    func vault(of chain: ChainID, incarnation: Int, installation: InstallationID) -> SealedVault? {
        guard let labels, let ours = ObjectLabels(labels), ours.installation == installation, ours.chain == chain,
            ours.incarnation == incarnation
        else { return nil }
        return labels[DockerLabels.vault].map { SealedVault($0) }
    }
}
