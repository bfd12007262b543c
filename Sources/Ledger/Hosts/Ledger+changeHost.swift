public import Model

/// A host as it was changed.
public struct ChangedHost: Sendable, Hashable {
    public var host: Host
    /// Probes it again where what an agent needs to reach it is another now.
    public var probe: Model.Operation?
}

extension Ledger {
    /// Changes what an operator says about a host.
    ///
    /// - Parameter edit: gets the host as it is, locked, and a way to look at sites; what it throws is thrown, and changes
    ///   nothing.
    /// - Throws: `notFound`; `conflict` with `host-deleting`, `no-room` (a capacity below what is on it), `host-not-empty` (its
    ///   driver, address or network while it holds chains), `host-busy` (its site while work is under way), `credentials-needed` (another
    ///   driver, endpoint or site with the credentials of the last).
    public func changeHost(
        _ id: HostID, _ edit: @escaping @Sendable (inout Host, (String) throws -> Site) throws -> Void
    ) async throws(LedgerError) -> ChangedHost {
        try await change { book in
            let probe = try book.changeHost(id, edit)
            try book.write()
            return ChangedHost(
                host: try book.host(id).host, probe: try probe.map { try book.operation($0).operation })
        }
    }
}

extension Book {
    func changeHost(
        _ id: HostID, _ edit: (inout Host, (String) throws -> Site) throws -> Void
    ) throws -> OperationID? {
        let entry = try host(id)
        let before = entry.host
        guard before.status != .gone else { throw LedgerError.notFound(what: "host", id: id.description) }
        guard before.status != .deleting else { throw Refusal.hostDeleting }
        var host = before
        try edit(&host) { name in
            guard let site = try store.site(name) else { throw LedgerError.notFound(what: "site", id: name) }
            return site
        }
        guard host != before else { return nil }
        try check(host, entry)
        hosts[id]?.now.host = host
        afterwards.append(.configured(host))
        return host.isReachedOtherwise(than: before) ? try accept(.hostCreate, forHost: id) : nil
    }

    private func check(_ host: Host, _ entry: HostEntry) throws {
        let before = entry.host
        guard host.capacity >= entry.chains else {
            throw LedgerError.conflict(
                code: "no-room", detail: "the host holds \(entry.chains) chains: its capacity can't be \(host.capacity)")
        }
        if host.target.driver != before.target.driver || host.target.address != before.target.address
            || host.network != before.network
        {
            guard entry.chains == 0 else { throw Refusal.hostNotEmpty }
        }
        if host.site != before.site, entry.inFlight > 0 {
            throw LedgerError.conflict(
                code: "host-busy", detail: "\(entry.inFlight) operations of the host are under way at its present site")
        }
        guard host.credentialsFit(before) else {
            throw LedgerError.conflict(
                code: "credentials-needed",
                detail: "the host's credentials are for its present driver, endpoint and site; give them again with the change")
        }
    }
}

extension Host {
    /// Whether an agent reaches it in another way.
    fileprivate func isReachedOtherwise(than before: Host) -> Bool {
        var target = target
        target.address = before.target.address
        target.settings = before.target.settings
        return site != before.site || target != before.target
    }

    /// Sealed credentials are bound to driver, endpoint and site: for others there must be new ones, or none.
    fileprivate func credentialsFit(_ before: Host) -> Bool {
        let sameBinding =
            site == before.site && target.driver == before.target.driver && target.endpoint == before.target.endpoint
        return sameBinding || target.sealedCredentials == nil || target.sealedCredentials != before.target.sealedCredentials
    }
}
