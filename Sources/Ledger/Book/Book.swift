import FoundationEssentials
import Model
import PostgreSQL

/// What one transaction has loaded, and what transitions made of it. Lives inside the transaction, on the connection's thread.
///
/// Rows come in by `load`; transitions change the values here; `write` puts back what differs, in an order that the constraints
/// accept: what has ended before what takes its place.
final class Book {
    let session: Session
    let now: Date
    let policy: RetryPolicy
    var hosts: [HostID: HostEntry] = [:]
    var chains: [ChainID: ChainEntry] = [:]
    var leases: [LeaseID: LeaseEntry] = [:]
    var work: [OperationID: WorkEntry] = [:]
    /// Attempts whose commands go to the outbox.
    var sent: [Attempt] = []
    /// Statements that follow everything else.
    var afterwards: [Statement] = []
    /// Hosts on which something ended, so that there may be room for more.
    var eased: Set<HostID> = []

    init(session: Session, now: Date, policy: RetryPolicy) {
        self.session = session
        self.now = now
        self.policy = policy
    }

    /// Time, chance and a fresh identity for one transition.
    func moment() -> Moment {
        Moment(now: now, jitter: Double.random(in: 0..<1), attempt: .fresh())
    }
}

/// A locked host.
struct HostEntry {
    /// What is stored of it, its count of chains apart, which is a trigger's.
    struct Stored: Equatable {
        var host: Host
        var looks: Looks
    }

    var now: Stored
    /// `nil`: it is new.
    var stored: Stored?
    /// How many chains it holds.
    var chains = 0
    /// How many operations are in flight on it.
    var inFlight = 0

    var host: Host { now.host }
    var room: Int { host.capacity - chains }
}

/// How far looking at a host has come.
struct Looks: Equatable {
    /// How many failed in a row.
    var failures = 0
    /// The number of the last observation that counted.
    var number = 0
    /// What the next request says is known; empty when some of the last observation was set aside.
    var digest = ""
    /// No request before this time.
    var after: Date?
}

struct ChainEntry {
    struct Stored: Equatable {
        var chain: Chain
        var lease: LeaseID?
    }

    var now: Stored
    /// `nil`: it is new.
    var stored: Stored?

    var chain: Chain { now.chain }
}

struct LeaseEntry {
    var lease: Lease
    /// `nil`: it is new.
    var stored: Lease?
    /// Seconds it lasts once it is active.
    var ttl: Double?
    /// Made without `allowMultiple`.
    var sole: Bool
}

struct WorkEntry {
    struct Stored: Equatable {
        var record: OperationRecord
        /// What is wanted of the chain as of this operation.
        var desired: Desired?
    }

    var now: Stored
    /// `nil`: it is new.
    var stored: Stored?
    /// The generation that each attempt's command carries.
    var generations: [AttemptID: Int] = [:]

    var operation: Operation { now.record.operation }
    var attempts: [Attempt] { now.record.attempts }

    /// Whether an attempt may still act on a generation below `generation`.
    func mayAct(below generation: Int) -> Bool {
        attempts.contains { attempt in
            attempt.startedAt != nil && attempt.quietAt == nil && (generations[attempt.id] ?? 0) < generation
        }
    }
}
