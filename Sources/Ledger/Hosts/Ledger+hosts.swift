import FoundationEssentials
public import Model
import PostgreSQL

/// What a new host is told to be. Its id is made by the caller, because sealed credentials are bound to it.
public struct NewHost: Sendable, Hashable {
    public var target: HostTarget
    public var name: String
    public var site: String
    public var capacity: Int
    public var parallel: Int
    public var schedulable: Bool
    public var autofill: Bool
    public var prefers: Recipe?
    public var ports: ClosedRange<Int>
    public var network: String
    /// The public key to which its credentials were sealed.
    public var sealedTo: String?

    public init(
        target: HostTarget, name: String, site: String = "default", capacity: Int, parallel: Int = 4, schedulable: Bool = true,
        autofill: Bool = true, prefers: Recipe? = nil, ports: ClosedRange<Int> = 20_000...29_999,
        network: String = "10.201.0.0/16"
    ) {
        self.target = target
        self.name = name
        self.site = site
        self.capacity = capacity
        self.parallel = parallel
        self.schedulable = schedulable
        self.autofill = autofill
        self.prefers = prefers
        self.ports = ports
        self.network = network
    }
}

/// Which hosts a list shows; `nil` means any.
public struct HostFilter: Sendable, Hashable {
    /// `nil`: all that are not gone.
    public var status: HostStatus?
    public var driver: DriverKind?
    public var site: String?
    public var name: String?
    public var schedulable: Bool?
    public var autofill: Bool?
    public var needsCredentials: Bool?

    public init(
        status: HostStatus? = nil, driver: DriverKind? = nil, site: String? = nil, name: String? = nil, schedulable: Bool? = nil,
        autofill: Bool? = nil, needsCredentials: Bool? = nil
    ) {
        self.status = status
        self.driver = driver
        self.site = site
        self.name = name
        self.schedulable = schedulable
        self.autofill = autofill
        self.needsCredentials = needsCredentials
    }
}

extension Ledger {
    /// Registers a host; an agent of its site is asked to reach it.
    ///
    /// - Throws: `nameTaken`, `conflict(endpoint-taken)`, `notFound` when there is no such site.
    public func createHost(_ new: NewHost) async throws(LedgerError) -> (Host, Model.Operation) {
        try await change { book in
            let operation = try book.createHost(new)
            try book.write()
            return (try book.host(new.target.id).host, try book.operation(operation).operation)
        }
    }

    /// In the order of their ids.
    public func hosts(
        _ filter: HostFilter = HostFilter(), _ page: PageRequest = PageRequest()
    ) async throws(LedgerError) -> Page<Host> {
        try await session { session in
            try session.page(
                Statement(
                    """
                    SELECT \(Host.columns) FROM hosts h
                    WHERE \(page.after("h.id")) AND CASE WHEN $2::text IS NULL THEN h.status <> 'gone' ELSE h.status = $2 END
                        AND ($3::text IS NULL OR h.driver = $3) AND ($4::text IS NULL OR h.site = $4)
                        AND ($5::text IS NULL OR h.name = $5) AND ($6::boolean IS NULL OR h.schedulable = $6)
                        AND ($7::boolean IS NULL OR h.autofill = $7) AND ($8::boolean IS NULL OR \(Host.needsCredentials) = $8)
                    ORDER BY \(page.order("h.id")) LIMIT $9
                    """, page.start, filter.status, filter.driver, filter.site, filter.name, filter.schedulable, filter.autofill,
                    filter.needsCredentials, page.limit + 1),
                limit: page.limit, id: { $0.id.description }, { try Host($0) })
        }
    }

    /// A host, also one that is gone.
    ///
    /// - Throws: `notFound`.
    public func host(_ id: HostID) async throws(LedgerError) -> Host {
        try await session { session in
            guard let row = try session.queryOne("SELECT \(Host.columns) FROM hosts h WHERE h.id = $1", id) else {
                throw LedgerError.notFound(what: "host", id: id.description)
            }
            return try Host(row)
        }
    }

    /// How many chains a host holds.
    public func chainCount(of host: HostID) async throws(LedgerError) -> Int {
        try await chainCounts(of: [host])[host] ?? 0
    }

    /// How many chains each host holds.
    public func chainCounts(of hosts: [HostID]) async throws(LedgerError) -> [HostID: Int] {
        try await session { session in
            var counts: [HostID: Int] = [:]
            for row in try session.query(Statement("SELECT id, chains FROM hosts WHERE id = ANY($1)", hosts)) {
                counts[try row.id("id")] = try row.decode("chains")
            }
            return counts
        }
    }

    /// Takes a host out of service; an agent removes what is left of ours on it.
    ///
    /// - Throws: `notFound`, `notEmpty`, `conflict` with `host-deleting` or `ledger-behind`.
    public func deleteHost(_ id: HostID) async throws(LedgerError) -> (Host, Model.Operation) {
        try await change { book in
            let operation = try book.deleteHost(id)
            try book.write()
            return (try book.host(id).host, try book.operation(operation).operation)
        }
    }
}

extension Book {
    func createHost(_ new: NewHost) throws -> OperationID {
        guard try store.site(new.site) != nil else { throw LedgerError.notFound(what: "site", id: new.site) }
        let host = Host(new, at: now)
        hosts[host.id] = HostEntry(now: HostEntry.Stored(host: host, looks: Looks()))
        return try accept(.hostCreate, forHost: host.id)
    }

    func deleteHost(_ id: HostID) throws -> OperationID {
        let entry = try host(id)
        guard entry.host.status != .gone else { throw LedgerError.notFound(what: "host", id: id.description) }
        guard entry.chains == 0 else { throw Refusal.hostNotEmpty }
        // Deleting it removes all that is ours there, the unknown too.
        if try store.isHeld(id) { throw Refusal.ledgerBehind }
        try load(workOf: [id])
        if openWork(ofHostItself: id).contains(where: { $0.kind == .hostDelete }) { throw Refusal.hostDeleting }
        hosts[id]?.now.host.status = .deleting
        hosts[id]?.now.host.reason = nil
        return try accept(.hostDelete, forHost: id)
    }
}

extension Host {
    fileprivate init(_ new: NewHost, at now: Date) {
        self.init(
            target: new.target, name: new.name, site: new.site, capacity: new.capacity, parallel: new.parallel,
            schedulable: new.schedulable, autofill: new.autofill, prefers: new.prefers, ports: new.ports, network: new.network,
            createdAt: now, sealedTo: new.sealedTo)
    }
}
