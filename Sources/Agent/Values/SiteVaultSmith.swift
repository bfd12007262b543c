public import Drivers
public import Model
public import Wire

/// Makes vaults and opens them with the site's key; each is bound to its chain and incarnation.
public struct SiteVaultSmith: VaultSmith {
    private let key: SitePrivateKey

    public init(key: SitePrivateKey) {
        self.key = key
    }

    public func forge(for work: ChainWork, on host: HostTarget) throws(WorkError) -> SealedVault {
        var secrets: [String: String] = [:]
        for secret in work.plan.secrets {
            guard (16...128).contains(secret.length) else {
                throw WorkError(.terminal, .badPlan, "the secret \(secret.name) must have 16 to 128 characters")
            }
            secrets[secret.name] = Self.random(secret.length)
        }
        do {
            let bytes = try WireJSON.encode(Vault(secrets: secrets))
            return SealedVault(
                try Sealing.seal(bytes, to: key.publicKey, bindings: Self.bindings(work.id, work.desired.incarnation)))
        } catch {
            throw WorkError(.terminal, .internal, "the vault could not be sealed")
        }
    }

    public func open(_ vault: SealedVault, chain: ChainID, incarnation: Int) throws(WorkError) -> Vault {
        do {
            let bytes = try Sealing.open(vault.text, with: key, bindings: Self.bindings(chain, incarnation))
            return try WireJSON.decode(Vault.self, from: bytes)
        } catch {
            throw WorkError(
                .terminal, .vaultUnreadable,
                "the vault on the host was sealed to another site key or for another chain; reset the chain to get a new one")
        }
    }

    private static func bindings(_ chain: ChainID, _ incarnation: Int) -> [String] {
        ["vault", chain.description, String(incarnation)]
    }

    /// From the system's random source, about 5.95 bits a character.
    private static func random(_ length: Int) -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
        var generator = SystemRandomNumberGenerator()
        return String((0..<length).map { _ in letters[Int.random(in: 0..<letters.count, using: &generator)] })
    }
}
