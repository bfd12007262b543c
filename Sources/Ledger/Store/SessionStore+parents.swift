import FoundationEssentials
import Model
import PostgreSQL

extension SessionStore {
    func openParents(limit: Int) throws -> [PlacedOperation] {
        let rows = try session.query(
            "SELECT id, host FROM operations WHERE is_parent AND ended_at IS NULL ORDER BY id LIMIT $1", limit)
        return try rows.map { PlacedOperation(id: try $0.id("id"), host: try $0.id("host")) }
    }

    func children(of parent: OperationID) throws -> Children {
        let row = try session.queryOne(
            """
            SELECT count(*) FILTER (WHERE ended_at IS NULL) AS open, count(*) FILTER (WHERE status = 'succeeded') AS succeeded,
                count(*) FILTER (WHERE ended_at IS NOT NULL AND status <> 'succeeded') AS failed
            FROM operations WHERE parent = $1
            """, parent)
        guard let row else { return Children() }
        return Children(open: try row["open"], succeeded: try row["succeeded"], failed: try row["failed"])
    }

    func hasCleanse(_ parent: OperationID) throws -> Bool {
        try session.queryOne("SELECT 1 FROM operations WHERE parent = $1 AND kind = 'host.cleanse'", parent) != nil
    }

    func chainsLeft(for parent: Model.Operation, limit: Int) throws -> [ChainID] {
        let rows = try session.query(
            """
            SELECT c.id FROM chains c
            WHERE c.host = $1 AND c.lease IS NULL AND c.phase NOT IN ('deleting', 'gone') AND c.created_at <= $2
                AND NOT EXISTS (SELECT FROM operations o WHERE o.chain = c.id AND o.parent = $3)
            ORDER BY c.id LIMIT $4
            """, parent.host, parent.createdAt, parent.id, limit)
        return try rows.map { try $0.id("id") }
    }

    func leasedChains(on host: HostID) throws -> Int {
        try session.queryOne(
            "SELECT count(*) AS count FROM chains WHERE host = $1 AND phase <> 'gone' AND lease IS NOT NULL", host
        )?.decode("count") ?? 0
    }

    func wish(of parent: OperationID) throws -> Recipe? {
        try session.queryOne("SELECT recipe FROM wishes WHERE operation = $1", parent).map { try $0.json("recipe") }
    }

    func preferringHosts(limit: Int) throws -> [(room: HostRoom, recipe: Recipe)] {
        let rows = try session.query(
            """
            SELECT id, capacity - chains AS free, prefers FROM hosts
            WHERE status = 'active' AND schedulable AND autofill AND prefers IS NOT NULL AND chains < capacity
            ORDER BY id LIMIT $1
            """, limit)
        return try rows.map {
            (room: HostRoom(host: try $0.id("id"), free: try $0.decode("free")), recipe: try $0.json("prefers"))
        }
    }
}
