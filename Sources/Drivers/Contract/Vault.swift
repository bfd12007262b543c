public import Model

/// The secrets of one chain incarnation. Never logged, never stored but sealed.
public struct Vault: Codable, Sendable {
    public var secrets: [String: String]

    public init(secrets: [String: String]) {
        self.secrets = secrets
    }
}

/// A vault sealed to its site's key, as text that any host can keep.
public struct SealedVault: Sendable, Hashable {
    public let text: String

    public init(_ text: String) {
        self.text = text
    }
}

/// Makes vaults and opens them; an agent's, with its site's private key.
public protocol VaultSmith: Sendable {
    /// Fresh secrets for one incarnation of a chain, sealed and bound to chain and incarnation.
    func forge(for plan: Plan, chain: ChainID, incarnation: Int) throws(WorkError) -> SealedVault
    /// Opens a vault; `vaultUnreadable` when it was sealed to another key or for another chain or incarnation.
    func open(_ vault: SealedVault, chain: ChainID, incarnation: Int) throws(WorkError) -> Vault
}
