import Model
import PostgreSQL
import Synchronization

/// Where applications that come at the same time are served together: one statement claims as many ready chains as there are
/// applicants, so that they share the cost of a transaction. Each is answered after the commit.
///
/// A few statements are under way at most. Whoever comes meanwhile waits for the next one, which takes all that have come; where
/// few apply, nobody waits.
final class LeasingDesk: Sendable {
    private static let atOnce = 2
    private static let limit = 64

    private struct Applicant {
        let application: Application
        let lease: Lease
        let continuation: CheckedContinuation<GivenChain?, any Error>
    }

    private struct State {
        var waiting: [Applicant] = []
        var underWay = 0
    }

    private let pool: PostgreSQL.Pool
    private let state = Mutex(State())

    init(pool: PostgreSQL.Pool) {
        self.pool = pool
    }

    /// - Parameter lease: as it is to be, but for its chain.
    /// - Returns: `nil` where nothing is ready that will do, or the holder has something already.
    func claim(_ application: Application, _ lease: Lease) async throws -> GivenChain? {
        try await withCheckedThrowingContinuation { continuation in
            let begins = state.withLock { state in
                state.waiting.append(Applicant(application: application, lease: lease, continuation: continuation))
                guard state.underWay < Self.atOnce else { return false }
                state.underWay += 1
                return true
            }
            if begins { Task { await serve() } }
        }
    }

    private func serve() async {
        while let group = nextGroup() {
            let claims = group.map { ReadyClaim(application: $0.application, lease: $0.lease) }
            do {
                let given = try await pool.session { try $0.claimReady(claims) }
                for applicant in group { applicant.continuation.resume(returning: given[applicant.lease.id]) }
            } catch let error as DatabaseError where error.code == .uniqueViolation(constraint: "leases_sole") {
                // One of them asked elsewhere at the same moment: nothing has happened, and each is looked at alone.
                for applicant in group { applicant.continuation.resume(returning: nil) }
            } catch {
                for applicant in group { applicant.continuation.resume(throwing: error) }
            }
        }
    }

    /// Those that want the same as who came first; of one holder's sole applications the first.
    private func nextGroup() -> [Applicant]? {
        state.withLock { state in
            guard let first = state.waiting.first else {
                state.underWay -= 1
                return nil
            }
            var (group, rest, holders): ([Applicant], [Applicant], Set<[String?]>) = ([], [], [])
            for applicant in state.waiting {
                let application = applicant.application
                let fits = group.count < Self.limit && application.matching == first.application.matching
                if fits, !application.isSole || holders.insert([application.tenant, application.holder]).inserted {
                    group.append(applicant)
                } else {
                    rest.append(applicant)
                }
            }
            state.waiting = rest
            return group
        }
    }
}

/// One application among those that are served together.
struct ReadyClaim: Sendable {
    let application: Application
    let lease: Lease
}

extension Session {
    /// Claims ready chains, the eldest for who came first. All of `claims` want the same.
    ///
    /// - Returns: what was given, by lease; those without are left out.
    fileprivate func claimReady(_ claims: [ReadyClaim]) throws -> [LeaseID: GivenChain] {
        guard let matching = claims.first?.application.matching else { return [:] }
        let leases = claims.map(\.lease)
        let records = claims.map(\.application.record)
        let rows = try query(
            """
            WITH asked AS (
                SELECT a.*, row_number() OVER (ORDER BY a.number) AS turn
                FROM unnest($1::uuid[], $2::text[], $3::text[], $4::boolean[], $5::float8[], $6::timestamptz[], $7::timestamptz[],
                    $10::uuid[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[]) WITH ORDINALITY
                    AS a (lease, tenant, holder, sole, ttl, created_at, expires_at, record, request, key, role, action, target,
                    number)
                WHERE NOT a.sole OR NOT EXISTS (
                    SELECT FROM leases l
                    WHERE l.tenant = a.tenant AND l.holder = a.holder AND l.status IN ('waiting', 'active'))
            ), eldest AS (
                SELECT c.id FROM chains c
                WHERE c.lease IS NULL AND \(ClaimStage.ready.condition)
                    \(matching.blueprint == nil ? "AND $8::text IS NULL" : "AND c.blueprint = $8")
                    \(matching.parameters == nil ? "AND $9::jsonb IS NULL" : "AND c.parameters = $9")
                    \(SessionStore.nobodyWaits(at: "($6::timestamptz[])[1]"))
                ORDER BY c.id LIMIT (SELECT count(*) FROM asked) FOR UPDATE SKIP LOCKED
            ), turns AS (
                SELECT id, row_number() OVER (ORDER BY id) AS turn FROM eldest
            ), claimed AS (
                UPDATE chains c SET lease = asked.lease FROM turns JOIN asked USING (turn) WHERE c.id = turns.id RETURNING c.*
            ), leased AS (
                INSERT INTO leases (id, chain, tenant, holder, sole, status, ttl, created_at, active_at, expires_at)
                SELECT a.lease, c.id, a.tenant, a.holder, a.sole, 'active', a.ttl, a.created_at, a.created_at, a.expires_at
                FROM claimed c JOIN asked a ON a.lease = c.lease
            ), recorded AS (
                INSERT INTO audit (id, at, request, key, role, tenant, action, target, outcome)
                SELECT a.record, a.created_at, a.request, a.key, a.role, a.tenant, a.action, a.target, 'done'
                FROM claimed c JOIN asked a ON a.lease = c.lease WHERE a.record IS NOT NULL
            )
            SELECT \(Chain.columns), h.address FROM claimed c JOIN hosts h ON h.id = c.host
            """,
            [
                leases.map(\.id), leases.map(\.tenant), leases.map(\.holder), claims.map(\.application.isSole),
                claims.map(\.application.ttl), leases.map(\.createdAt), leases.map(\.expiresAt), matching.blueprint,
                try StoredJSON.optionalText(matching.parameters), records.map { $0?.id }, records.map { $0?.deed.request },
                records.map { $0?.deed.key }, records.map { $0?.deed.role.rawValue }, records.map { $0?.deed.action },
                records.map { $0?.deed.target },
            ])
        let asked = Dictionary(leases.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var given: [LeaseID: GivenChain] = [:]
        for row in rows {
            let chain = try Chain(row)
            guard var lease = try row.optionalID("lease").flatMap({ (id: LeaseID) in asked[id] }) else { continue }
            lease.chain = chain.id
            given[lease.id] = GivenChain(lease: lease, chain: chain, address: try row["address"])
        }
        return given
    }
}
