import Crypto
import FoundationEssentials
public import Model

/// The secrets of one chain incarnation. Never logged, never stored but sealed.
public struct Vault: Codable, Sendable {
    public var secrets: [String: String]
    /// By the planned authority's name.
    @LeftOut<NoEntries<Credential>> public var authorities: [String: Credential]
    /// By the planned certificate's name.
    @LeftOut<NoEntries<Credential>> public var certificates: [String: Credential]

    /// A certificate and its private key, both PEM.
    public struct Credential: Codable, Sendable, Hashable {
        public var certificate: String
        /// PKCS#8.
        public var key: String
        /// When the certificate expires, in seconds since 1970.
        public var expiresAt: Int

        public init(certificate: String, key: String, expiresAt: Int) {
            self.certificate = certificate
            self.key = key
            self.expiresAt = expiresAt
        }
    }

    public init(
        secrets: [String: String], authorities: [String: Credential] = [:], certificates: [String: Credential] = [:]
    ) {
        self.secrets = secrets
        self.authorities = authorities
        self.certificates = certificates
    }

    /// When the first of its certificates expires, in seconds since 1970; `nil` where it has none.
    public var certificatesExpireAt: Int? {
        (authorities.values.map(\.expiresAt) + certificates.values.map(\.expiresAt)).min()
    }

    /// Everything that no log or error may repeat; see `Blotter`.
    public var hidden: [String] {
        Array(secrets.values) + authorities.values.map(\.key) + certificates.values.map(\.key)
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
    /// Fresh secrets and certificates for the incarnation that `work` desires, sealed and bound to chain and incarnation.
    ///
    /// - Parameters:
    ///   - host: whose address certificates may name.
    ///   - addresses: of its other machines: what names the host's address names these, too.
    func forge(for work: ChainWork, on host: HostTarget, besides addresses: [String]) throws(WorkError) -> SealedVault
    /// Opens a vault; `vaultUnreadable` when it was sealed to another key or for another chain or incarnation.
    func open(_ vault: SealedVault, chain: ChainID, incarnation: Int) throws(WorkError) -> Vault
}

extension SealedVault {
    /// Tells vaults apart and says nothing about what is in them: they are sealed.
    package var fingerprint: String {
        SHA256.hash(data: Data(text.utf8)).prefix(8).map { String(0x100 + Int($0), radix: 16).dropFirst() }.joined()
    }
}
