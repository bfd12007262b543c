import FoundationEssentials
import Model

/// What one transaction has loaded, and what transitions made of it. Lives inside the transaction.
///
/// Rows come in by `load`; transitions change the values here; `write` puts back what differs, in an order that the constraints
/// accept: what has ended before what takes its place.
final class Book {
    let store: any BookStore
    let now: Date
    let policy: RetryPolicy
    /// For jitter and identities.
    private var chance: any RandomNumberGenerator
    /// The time that identities carry: later ones sort behind earlier ones, whatever `now` says.
    private let identityTime: () -> Date
    var hosts: [HostID: HostEntry] = [:]
    var chains: [ChainID: ChainEntry] = [:]
    var leases: [LeaseID: LeaseEntry] = [:]
    var work: [OperationID: WorkEntry] = [:]
    /// Attempts whose commands go to the outbox.
    var sent: [Attempt] = []
    /// Attempts whose commands go there once more, as repeats.
    var sentAgain: [Attempt] = []
    /// Who asked for what was changed.
    var records: [AuditRecord] = []
    /// What follows everything else.
    var afterwards: [Afterthought] = []
    /// Hosts on which something ended, so that there may be room for more.
    var eased: Set<HostID> = []

    init(
        store: any BookStore, now: Date, policy: RetryPolicy,
        chance: any RandomNumberGenerator = SystemRandomNumberGenerator(), identityTime: @escaping () -> Date = { Date() }
    ) {
        self.store = store
        self.now = now
        self.policy = policy
        self.chance = chance
        self.identityTime = identityTime
    }

    /// Time, chance and a fresh identity for one transition.
    func moment() -> Moment {
        Moment(now: now, jitter: Double.random(in: 0..<1, using: &chance), attempt: fresh())
    }

    /// The last seconds, and as many to come: clocks of machines differ, and one that was far ahead stamped what does not count.
    func lately(_ seconds: Double) -> ClosedRange<Date> {
        now.addingTimeInterval(-seconds)...now.addingTimeInterval(seconds)
    }

    func fresh<Of>() -> Identifier<Of> {
        .fresh(at: identityTime(), using: &chance)
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
    /// Everything on it is being removed: it takes no chains.
    var isResetting = false

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
            attempt.mayAct && (generations[attempt.id] ?? 0) < generation
        }
    }
}
