import Drivers
import Model

/// Seals nothing: what a driver does with vaults is tried, not the sealing.
struct PlainSmith: VaultSmith {
    func forge(
        for work: ChainWork, on host: HostTarget, besides addresses: [String]
    ) throws(WorkError) -> SealedVault {
        SealedVault("\(work.id) \(work.desired.incarnation) \(UInt64.random(in: .min ... .max))")
    }

    func open(_ vault: SealedVault, chain: ChainID, incarnation: Int) throws(WorkError) -> Vault {
        Vault(secrets: ["text": vault.text])
    }
}
