public import Drivers
public import Model
internal import Vaults
public import Wire

/// Makes vaults and opens them with the site's key; each is bound to its chain and incarnation.
public struct SiteVaultSmith: VaultSmith {
    private let key: SitePrivateKey

    /// Bytes of a vault before it is sealed; sealed it is a third longer, and 1,000 KiB is what every kind of host keeps in one object.
    private static let limit = 700_000

    public init(key: SitePrivateKey) {
        self.key = key
    }

    public func forge(
        for work: ChainWork, on host: HostTarget, besides addresses: [String]
    ) throws(WorkError) -> SealedVault {
        let vault = try Vault.fresh(for: work, on: host, besides: addresses)
        do {
            let bytes = try WireJSON.encode(vault)
            guard bytes.count <= Self.limit else {
                throw WorkError(.terminal, .badPlan, "the plan's secrets and certificates are more than \(Self.limit) bytes")
            }
            return SealedVault(
                try Sealing.seal(bytes, to: key.publicKey, bindings: Self.bindings(work.id, work.desired.incarnation)))
        } catch let error as WorkError {
            throw error
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
                """
                the vault on the host was sealed to a site key that this agent does not hold, or for another chain; start the agent with a \
                site file that has the former keys, or reset the chain to get a new vault
                """)
        }
    }

    private static func bindings(_ chain: ChainID, _ incarnation: Int) -> [String] {
        ["vault", chain.description, String(incarnation)]
    }
}
