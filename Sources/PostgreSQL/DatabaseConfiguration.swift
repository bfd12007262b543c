/// Where the database is and how long we are willing to wait for it.
public struct DatabaseConfiguration: Sendable {
    let parameters: ConnectionParameters
    /// The longest a connection may take to be made, login included (name resolution has the resolver's own limit).
    public let connectTimeout: Duration
    /// The longest one statement may run; enforced by the server, and a little later by us for a server that went silent.
    public let statementTimeout: Duration
    /// How many bytes the results of one call may have.
    public let resultLimit: Int
    /// How many prepared statements a connection keeps.
    public let statementLimit: Int

    /// - Parameters:
    ///   - url: any libpq connection URI, such as `postgresql://user:password@host:5432/database?sslmode=verify-full`
    ///     (PostgreSQL manual, 34.1.1.2). What it leaves open comes from the `PG…` environment, as with every libpq program.
    ///   - applicationName: how `pg_stat_activity` calls us, unless the URL says.
    ///   - connectTimeout: 100 ms to 1 min.
    ///   - statementTimeout: 100 ms to 1 day.
    ///   - resultLimit: at least 1 kB.
    ///   - statementLimit: at least 8.
    /// - Throws: `.invalidConfiguration`; the message never repeats the URL.
    public init(
        url: String, applicationName: String = "continuo", connectTimeout: Duration = .seconds(5),
        statementTimeout: Duration = .seconds(30), resultLimit: Int = 64 << 20, statementLimit: Int = 256
    ) throws(DatabaseError) {
        try Self.check(connectTimeout, in: .milliseconds(100)...(.seconds(60)), "connect timeout")
        try Self.check(statementTimeout, in: .milliseconds(100)...(.seconds(86400)), "statement timeout")
        try Self.check(resultLimit, in: 1024...Int.max, "result limit")
        try Self.check(statementLimit, in: 8...Int.max, "prepared statement limit")
        parameters = try ConnectionParameters(url: url, applicationName: applicationName, statementTimeout: statementTimeout)
        self.connectTimeout = connectTimeout
        self.statementTimeout = statementTimeout
        self.resultLimit = resultLimit
        self.statementLimit = statementLimit
    }

    private static func check<T: Comparable>(_ value: T, in range: ClosedRange<T>, _ name: String) throws(DatabaseError) {
        guard !range.contains(value) else { return }
        throw DatabaseError(
            .invalidConfiguration, "the \(name) must be \(range.lowerBound) to \(range.upperBound), not \(value)")
    }
}

extension DatabaseConfiguration: CustomStringConvertible, CustomReflectable {
    /// `postgresql://user@host:port/database`; no password, no options.
    public var description: String { parameters.description }
    public var customMirror: Mirror { Mirror(self, children: [], displayStyle: .struct) }
}
