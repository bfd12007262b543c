import FoundationEssentials
import Model
import PostgreSQL

extension Host {
    static let columns = """
        h.id, h.name, h.site, h.driver, h.endpoint, h.address, h.insecure, h.sealed_credentials, h.capacity, h.chains, \
        h.parallel, h.schedulable, h.autofill, h.prefers, h.settings, h.first_port, h.last_port, h.network::text AS network, h.status, \
        h.reason, h.facts, h.created_at, h.sealed_to, \(needsCredentials) AS needs_credentials
        """

    /// What its credentials were sealed to is not the site's public key any more.
    static let needsCredentials = "coalesce(h.sealed_to <> (SELECT s.public_key FROM sites s WHERE s.name = h.site), false)"

    init(_ row: Row) throws {
        self.init(
            target: try HostTarget(row), name: try row["name"], site: try row["site"], capacity: try row["capacity"],
            parallel: try row["parallel"], schedulable: try row["schedulable"], autofill: try row["autofill"],
            prefers: try row.optionalJSON("prefers"),
            ports: try row.ports(), network: try row["network"], status: try row["status"], reason: try row["reason"],
            facts: try row.optionalJSON("facts"), createdAt: try row["created_at"], sealedTo: try row["sealed_to"],
            needsCredentials: try row["needs_credentials"])
    }

    func insertion() throws -> Statement {
        Statement(
            """
            INSERT INTO hosts (id, name, site, driver, endpoint, address, insecure, sealed_credentials, capacity, parallel,
                schedulable, autofill, first_port, last_port, network, status, reason, facts, created_at, settings, prefers,
                sealed_to)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15::cidr, $16, $17, $18, $19, $20, $21, $22)
            """,
            id, name, site, target.driver, target.endpoint, target.address, target.insecure, target.sealedCredentials,
            capacity, parallel, schedulable, autofill, ports.lowerBound, ports.upperBound, network, status, reason,
            try StoredJSON.optionalText(facts), createdAt, try StoredJSON.text(target.settings),
            try StoredJSON.optionalText(prefers), sealedTo)
    }

    /// What its operators say about it.
    func configuration() throws -> Statement {
        Statement(
            """
            UPDATE hosts SET site = $2, driver = $3, endpoint = $4, address = $5, insecure = $6, sealed_credentials = $7,
                capacity = $8, parallel = $9, schedulable = $10, autofill = $11, first_port = $12, last_port = $13,
                network = $14::cidr, settings = $15, prefers = $16, sealed_to = $17
            WHERE id = $1
            """,
            id, site, target.driver, target.endpoint, target.address, target.insecure, target.sealedCredentials, capacity,
            parallel, schedulable, autofill, ports.lowerBound, ports.upperBound, network, try StoredJSON.text(target.settings),
            try StoredJSON.optionalText(prefers), sealedTo)
    }
}

extension HostTarget {
    fileprivate init(_ row: Row) throws {
        self.init(
            id: try row.id("id"), driver: try row["driver"], endpoint: try row["endpoint"], address: try row["address"],
            insecure: try row["insecure"], sealedCredentials: try row["sealed_credentials"],
            settings: try row.json("settings"))
    }
}

extension Row {
    fileprivate func ports() throws -> ClosedRange<Int> {
        let (first, last): (Int, Int) = (try decode("first_port"), try decode("last_port"))
        return first...last
    }
}
