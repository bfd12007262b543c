import Foundation
import Ledger
import Model
import PostgreSQL
import Testing

/// Programs of the version before go on working on the ledger of this one, while they are being replaced.
@Suite struct ReleasedTests {
    @Test func everyStatementOfTheVersionBeforeIsUnderstood() async throws {
        try await Self.withPrepared { _, statements in
            #expect(statements.count > 100)
        }
    }

    @Test func whatTheVersionBeforeWritesIsReadByThisOne() async throws {
        try await Self.withPrepared { pool, statements in
            try await pool.session { session in
                try Self.prepare(statements, session)
                for line in Self.life { try session.script("EXECUTE \(line)") }
            }
            let ledger = Ledger(pool: pool)
            let host = try await ledger.host(try #require(HostID(Self.host)))
            #expect(host.status == .active && host.facts?.version == "20.10")
            #expect(host.target.settings == .usual && host.prefers == nil)
            let chain = try await ledger.chain(try #require(ChainID(Self.chain)))
            #expect(chain.phase == .deleting && chain.plan.nodes.map(\.name) == ["node1"] && chain.plan.tasks == [])
            let (operation, attempts) = try await ledger.operation(try #require(OperationID(Self.operation)))
            #expect(operation.status == .succeeded && operation.node == nil && attempts.map(\.result) == [.succeeded])
            let lease = try await ledger.lease(try #require(LeaseID(Self.lease)))
            #expect(lease.status == .ended && lease.end == .released)
            #expect(try await ledger.pools().items.map(\.name) == ["ready"])
            let events = "SELECT DISTINCT kind FROM events"
            let told = try await pool.session { try $0.query(events).map { try $0["kind"] as String } }
            #expect(told.sorted() == ["chain", "host", "lease", "operation", "unknown-objects"])
        }
    }

    /// A statement that was made by a released program, by name.
    private struct Statement {
        let name: String
        let text: String
    }

    private static func withPrepared(_ body: (PostgreSQL.Pool, [Statement]) async throws -> Void) async throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Released/0.1.0.sql")
        let statements = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n\n").dropFirst().compactMap {
            paragraph -> Statement? in
            let lines = paragraph.split(separator: "\n", maxSplits: 1)
            return lines.count == 2 ? Statement(name: String(lines[0].dropFirst(3)), text: String(lines[1])) : nil
        }
        try await TestDatabase.withSchema(size: 1) { pool in
            try await Ledger(pool: pool).migrate()
            try await pool.session { try prepare(statements, $0) }
            try await body(pool, statements)
        }
    }

    private static func prepare(_ statements: [Statement], _ session: Session) throws {
        try session.script("DEALLOCATE ALL")
        for statement in statements { try session.script("PREPARE \"\(statement.name)\" AS \(statement.text)") }
    }

    private static let host = "00000000-0000-7000-8000-000000000001"
    private static let chain = "00000000-0000-7000-8000-000000000002"
    private static let probe = "00000000-0000-7000-8000-000000000003"
    private static let operation = "00000000-0000-7000-8000-000000000004"
    private static let attempt = "00000000-0000-7000-8000-000000000005"
    private static let lease = "00000000-0000-7000-8000-000000000006"
    private static let pool = "00000000-0000-7000-8000-000000000007"
    private static let other = "00000000-0000-7000-8000-000000000008"

    private static let plan = """
        {"blueprint":{"name":"litecoin-regtest","version":1},"secrets":[{"name":"rpc","length":32}],"connection":[],\
        "nodes":[{"name":"node1","image":"continuo/litecoin:1","command":[],"environment":{},"volumes":[],"files":[],\
        "resources":{"cpus":0.5,"memoryBytes":1000000},"ports":[{"name":"rpc","container":19443,"scheme":"http"}],\
        "probe":{"command":["true"],"interval":1,"timeout":1,"grace":1}}]}
        """
    private static let desired = #"{"power":"running","restarts":0,"nodes":{},"generation":1,"incarnation":1}"#

    /// A host is registered and probed, a chain made for a pool, given to a tenant and taken back: with the values that the
    /// version before gives.
    private static let life = [
        #""add a tenant"('acme', now())"#,
        #""add a key"('abc', '\x00', 'admin', NULL, now())"#,
        #""add a site"('default', 'key', now())"#,
        #""hear an agent"('\#(other)', 'host/1', 'default', 'docker', '0.1.0', '{1}', '{}', now())"#,
        #""hold the term"('\#(other)', 10)"#,
        #""make a host"('\#(host)', 'one', 'default', 'docker', 'unix:///run/docker.sock', '127.0.0.1', false, NULL, 3, 4, true, "#
            + #"true, 20000, 29999, '10.201.0.0/16', 'pending', NULL, NULL, now())"#,
        #""make an operation"('\#(probe)', 'host.create', '\#(host)', NULL, NULL, 0, 'sent', 1, 0, 0, NULL, NULL, NULL, false, "#
            + #"now(), NULL)"#,
        #""change an operation"('\#(probe)', NULL, 'succeeded', 1, 0, 0, NULL, NULL, NULL, false, now())"#,
        #""change a host"('\#(host)', 'active', NULL, '{"version":"20.10","apiVersion":"1.41","operatingSystem":"linux","#
            + #""architecture":"x86_64","cpus":2,"memoryBytes":1}', 0, 0, '', NULL)"#,
        #""make a pool"('\#(pool)', 'ready', '\#(plan)', '{}', 1, now())"#,
        #""make a chain"('\#(chain)', '\#(host)', '\#(pool)', 'litecoin-regtest', '\#(plan)', '{}', '\#(desired)', 'creating', NULL, "#
            + #"'unknown', NULL, '10.201.0.0/28', '[{"node":"node1","name":"rpc","port":20000}]', '[]', NULL, now())"#,
        #""take ports"('\#(host)', '{20000}', '\#(chain)')"#,
        #""take a subnet"('\#(host)', '10.201.0.0/16', 0, 28, '\#(chain)')"#,
        #""make an operation"('\#(operation)', 'chain.create', '\#(host)', '\#(chain)', '\#(desired)', 2, 'queued', 0, 0, 0, NULL, "#
            + #"NULL, NULL, false, now(), NULL)"#,
        #""change an operation"('\#(operation)', '\#(desired)', 'sent', 1, 0, 0, NULL, NULL, NULL, false, NULL)"#,
        #""make an attempt"('\#(attempt)', '\#(operation)', '\#(chain)', 1, 1, NULL, now(), NULL, NULL, NULL, NULL, NULL)"#,
        #""send"('\#(operation)', '\#(attempt)')"#,
        #""claim commands"(100, 10)"#,
        #""unsend"('{\#(attempt)}')"#,
        #""change an attempt"('\#(attempt)', '\#(other)', now(), NULL, NULL, NULL, NULL)"#,
        #""change an operation"('\#(operation)', '\#(desired)', 'working', 1, 0, 0, NULL, "#
            + #"'{"done":1,"total":2,"step":"making"}', NULL, false, NULL)"#,
        #""change an attempt"('\#(attempt)', '\#(other)', now(), now(), 'succeeded', NULL, now())"#,
        #""change an operation"('\#(operation)', '\#(desired)', 'succeeded', 1, 0, 0, NULL, NULL, NULL, false, now())"#,
        #""change a chain"('\#(chain)', '\#(desired)', 'running', NULL, 'healthy', NULL, '10.201.0.0/28', "#
            + #"'[{"node":"node1","name":"rpc","port":20000}]', '[{"name":"node1","state":"running","health":"healthy","restarts":0,"#
            + #""incarnation":1,"generation":1,"ports":[],"object":"c1"}]', NULL)"#,
        #""claim looks"(now(), now(), 500)"#,
        #""tell of unknown objects"(now(), '\#(host)', '\#(other)')"#,
        #""lose sight"('\#(host)', 'the host is unreachable')"#,
        #""change a chain"('\#(chain)', '\#(desired)', 'running', NULL, 'healthy', NULL, '10.201.0.0/28', '[]', '[]', NULL)"#,
        #""claim a chain"('\#(lease)', 'acme', 'me', true, 'active', NULL, now(), now(), NULL, NULL, NULL)"#,
        #""change a lease"('\#(lease)', 'ended', 'released', now(), NULL, now())"#,
        #""change a chain"('\#(chain)', '\#(desired)', 'deleting', NULL, 'unknown', NULL, '10.201.0.0/28', '[]', '[]', NULL)"#,
        #""free ports"('\#(chain)')"#,
        #""free subnets"('\#(chain)')"#,
        #""end the term"('\#(other)')"#,
    ]
}
