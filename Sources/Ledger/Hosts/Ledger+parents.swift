public import Model

/// How many children a request itself begins; the clocks begin the others.
private let firstChildren = 20

extension Ledger {
    /// Makes chains on a host up to its capacity, or as many as its ports and subnets allow.
    ///
    /// - Returns: the parent operation; an operation for each chain is a child of it.
    /// - Throws: `notFound`, `conflict` with `host-not-active`, `host-busy` or `no-room`.
    public func fillUp(_ host: HostID, _ recipe: Recipe) async throws(LedgerError) -> (Host, Model.Operation) {
        try await undertake(.hostFillUp, on: host, wish: recipe)
    }

    /// Deletes the chains of a host that nobody holds, and turns its autofill off.
    ///
    /// - Throws: `notFound`, `conflict` with `host-busy` or `host-deleting`.
    public func clean(_ host: HostID) async throws(LedgerError) -> (Host, Model.Operation) {
        try await undertake(.hostClean, on: host)
    }

    /// Removes everything of ours from a host that nobody holds a chain of; until it is done the host takes no chains.
    ///
    /// - Throws: `notFound`, `leased`, `conflict` with `host-busy` or `host-deleting`.
    public func reset(_ host: HostID) async throws(LedgerError) -> (Host, Model.Operation) {
        try await undertake(.hostReset, on: host)
    }

    private func undertake(
        _ kind: OperationKind, on host: HostID, wish: Recipe? = nil
    ) async throws(LedgerError) -> (Host, Model.Operation) {
        try await change { book in
            let parent = try book.undertake(kind, on: host, wish: wish, limit: firstChildren)
            try book.write()
            return (try book.host(host).host, try book.operation(parent).operation)
        }
    }
}
