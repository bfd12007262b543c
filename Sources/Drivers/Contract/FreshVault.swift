public import Model

extension WorkContext {
    /// A vault for the incarnation that `work` desires, and the labels of the object on which it will lie. Of several that are made
    /// at the same time the first writer's counts.
    ///
    /// - Parameter addresses: where the host's other machines are reached.
    public func freshVault(
        for work: ChainWork, on host: HostTarget, besides addresses: [String] = []
    ) throws(WorkError) -> (vault: SealedVault, labels: [String: String]) {
        let sealed = try vaults.forge(for: work, on: host, besides: addresses)
        let vault = try vaults.open(sealed, chain: work.id, incarnation: work.desired.incarnation)
        var labels = ObjectLabels(work, on: host.id, of: installation).dictionary
        if let expiry = vault.certificatesExpireAt { labels[ObjectLabels.Name.expires] = String(expiry) }
        return (sealed, labels)
    }
}

extension ObjectLabels {
    /// When the first certificate of the vault with these labels expires, in seconds since 1970.
    public static func expiry(_ labels: [String: String]) -> Int? {
        labels[Name.expires].flatMap { Int($0) }
    }
}
