import FoundationEssentials
import Model

/// Where a book's rows are kept: a transaction of PostgreSQL, or one of the simulation's memory. Whatever it keeps, all that one
/// book does in it happens together or not at all, and the constraints of `schemas/ledger/` hold after every statement.
protocol BookStore {
    // Loading. What is locked stays as it is until the end of the transaction.

    /// With what is in flight on them, in the order of their ids; missing ones are left out.
    func lockHosts(_ ids: [HostID]) throws -> [HostEntry]
    func lockChains(_ ids: [ChainID]) throws -> [ChainEntry.Stored]
    func lockLease(_ id: LeaseID) throws -> LeaseEntry?
    func work(_ selection: WorkSelection) throws -> [WorkEntry]
    /// Missing chains are left out.
    func hosts(ofChains ids: [ChainID]) throws -> [ChainID: HostID]
    func host(ofOperation id: OperationID) throws -> HostID?
    /// Whether the chain, or the host itself, has a later operation.
    func hasLater(than operation: Operation) throws -> Bool
    func site(_ name: String) throws -> Site?

    /// Undoes what `body` did, its locks included, when it gives `nil`.
    func undoing<R>(_ body: () throws -> R?) throws -> R?

    // Values of a locked host.

    /// Ports that somebody has or that are blocked, in rising order.
    func takenPorts(on host: HostID, at now: Date) throws -> [Int]
    func take(ports: [Int], for chain: ChainID, on host: HostID) throws
    /// Numbers of subnets that somebody has or that are blocked, in rising order.
    func takenSubnets(on host: Host, at now: Date) throws -> [Int]
    /// - Returns: the subnet in CIDR form.
    func take(subnet number: Int, for chain: ChainID, on host: Host) throws -> String
    func block(port: Int, on host: HostID, until time: Date) throws
    func block(subnet: String, on host: HostID, until time: Date) throws
    /// How many are taken or blocked.
    func takenValues(on host: Host) throws -> (ports: Int, subnets: Int)
    func freeValues(of chain: ChainID) throws

    // What waits, and what is due.

    /// For each host as many operations as it has room for, in their order: those that wait and may be sent.
    func waiting(on windows: [(host: HostID, room: Int)], at now: Date) throws -> [OperationID]
    /// Suspects that are in flight on any host of a queue. Until the end of the transaction nobody else is told.
    ///
    /// - Returns: `nil` while another transaction asks; waiting for that could be waiting for each other.
    func suspectsInFlight(_ driver: DriverKind, _ site: String) throws -> Set<OperationID>?
    /// Hosts whose windows have room and on which something waits.
    func hosts(with waiting: WaitingWork, limit: Int) throws -> [HostID]
    /// Active, schedulable hosts with room, of whose driver and site an agent was heard since `time`.
    func rooms(for use: HostUse, heardSince time: Date) throws -> [HostRoom]
    /// The silence of an agent that was heard later than `now`, by a clock that was ahead, begins now.
    func lostAttempts(heardBefore: Date, startedBefore: Date, at now: Date, limit: Int) throws -> [LostAttempt]
    func expiredLeases(at now: Date, limit: Int) throws -> [PlacedChain]
    /// Failed chains that are nobody's to decide about, of which no operation ended `lately`: those of pools, and those that were
    /// given back or never reached who waited for them.
    func failedChains(restingFrom lately: ClosedRange<Date>, limit: Int) throws -> [PlacedChain]
    /// Hosts that no agent has reached yet, of whose own operations none ended `lately`.
    func unreachedHosts(restingFrom lately: ClosedRange<Date>, limit: Int) throws -> [HostID]
    /// Those that are not paused.
    func pools() throws -> [Pool]
    /// For each pool, how many of its chains are in nobody's hands and not on their way out. A failed one counts until it is
    /// replaced: where chains can't be made, a pool does not fill its hosts with failures.
    func unleasedChains() throws -> [PoolID: Int]
    /// How the chains of hosts stand to what was seen: those that are not gone, and those of `seen` that are. Those of which there is
    /// nothing to learn are left out: at rest, as known, and with a number of this ledger.
    func standings(
        _ seen: [SeenHost], noRepairFailedIn lately: ClosedRange<Date>, at now: Date
    ) throws -> [HostID: [ChainID: ChainStanding]]
    /// What is due later than any look may be was stamped by a clock that was ahead, and is due.
    func claimLooks(askedBefore: Date, at now: Date, limit: Int) throws -> [ObservationRequest]
    /// Chains whose number this ledger gave to none of their operations: it is above the highest, or between what a restored ledger
    /// knew and what its hosts knew, or that of something else's operation; those that an operator let pass for the host apart.
    func chainsAhead(_ observed: [(host: HostID, chains: [ObservedChain])]) throws -> [HostID: Set<ChainID>]
    /// Whether a hold of the host is open.
    func isHeld(_ host: HostID) throws -> Bool
    func hold(_ id: HoldID) throws -> Hold?
    /// What is unknown on its host begins another grace period.
    func lift(_ hold: Hold) throws
    /// Active hosts with objects that have been nobody's since `time`, of whose own operations none ended `lately`; none while any
    /// hold is open.
    func hostsToSweep(orphanedSince time: Date, restingFrom lately: ClosedRange<Date>, limit: Int) throws -> [HostID]
    /// Drops what is older than it has to be; says how many operations and events.
    func prune(_ remembrance: Remembrance, at now: Date, limit: Int) throws -> Int
    /// Drops answers kept for repeated requests; says how many.
    func forgetAnswers(expiredAt now: Date, limit: Int) throws -> Int
    /// Whether the term is the caller's; then nobody else gets it before the transaction's end.
    func holdsTerm(_ leader: UUID) throws -> Bool

    // Parent operations.

    /// Those that are open.
    func openParents(limit: Int) throws -> [PlacedOperation]
    func children(of parent: OperationID) throws -> Children
    /// Whether a reset has come to the host itself.
    func hasCleanse(_ parent: OperationID) throws -> Bool
    /// The chains of a host in nobody's hands that were there when the parent began and are not part of it yet.
    func chainsLeft(for parent: Operation, limit: Int) throws -> [ChainID]
    func leasedChains(on host: HostID) throws -> Int
    func wish(of parent: OperationID) throws -> Recipe?
    /// Active hosts with room that are filled with what they prefer.
    func preferringHosts(limit: Int) throws -> [(room: HostRoom, recipe: Recipe)]

    // Applications.

    /// What the tenant and holder have already.
    func held(by tenant: String, holder: String?) throws -> (lease: Lease, chain: Chain)?
    func newestOperation(of chain: ChainID) throws -> Operation?
    /// Takes the eldest chain that will do, and stores the lease.
    ///
    /// - Parameter waits: for chains that others hold locked; else they are passed over.
    func claim(_ stage: ClaimStage, for application: Application, lease: Lease, waits: Bool) throws -> Chain?
    /// Whether somebody waits for whom a chain can be made.
    func hasApplicants(at now: Date) throws -> Bool
    /// The tenant's applications wait for each other until the end.
    func lockQuota(of tenant: String) throws -> Quota?
    /// How many chains of each blueprint a tenant holds or waits for.
    func holdings(of tenant: String) throws -> [String: Int]
    /// What makes this chain goes before what merely fills.
    func hurry(_ chain: ChainID) throws

    /// Puts changes back, in the order that `BookChanges` tells.
    ///
    /// - Returns: the sequence numbers of new operations.
    func store(_ changes: BookChanges) throws -> [Int]
}

/// Which operations are loaded.
enum WorkSelection {
    case operations([OperationID])
    /// The open ones, and those whose started attempts may still act.
    case openOfChains([ChainID])
    /// The open ones of hosts themselves.
    case openOfHosts([HostID])
}

enum WaitingWork {
    case queued
    /// Retries due at that time.
    case retrying(Date)
}

/// What a host must be ready for.
enum HostUse {
    /// The scheduler's choice.
    case scheduling
    /// Pools.
    case filling
}

enum ClaimStage {
    case ready
    case coming

    var leaseStatus: LeaseStatus { self == .ready ? .active : .waiting }
}

struct PlacedChain: Hashable {
    var chain: ChainID
    var host: HostID
}

struct PlacedOperation: Hashable {
    var id: OperationID
    var host: HostID
}

/// What an observation saw on a host.
struct SeenHost {
    var host: HostID
    /// Of the request.
    var number: Int
    /// Work with a higher sequence was not there yet when it was asked for.
    var asOf: Int
    var chains: [ObservedChain]
    /// Of each chain.
    var nodes: [NodesDigest]
}

/// How a chain stands to an observation of its host.
struct ChainStanding: Hashable {
    /// The observation may speak of it: nothing of its is open, nothing is newer than the observation's request or ended after
    /// that was made, and no repair has failed lately.
    var isAtRest: Bool
    /// Or never was a chain of the host.
    var isGone: Bool
    /// Its newest operation has succeeded, it is well, and was seen as it was seen last: there is nothing to learn.
    var isAsKnown: Bool
}

struct LostAttempt {
    var id: AttemptID
    var operation: OperationID
    var host: HostID
    /// Else it has lasted for too long.
    var isAgentGone: Bool
}

/// What a book changed, in the order in which it is stored: what has ended before what takes its place.
struct BookChanges {
    var newHosts: [Host] = []
    var hosts: [HostEntry.Stored] = []
    var endedLeases: [LeaseEntry] = []
    var newChains: [ChainEntry.Stored] = []
    var leases: [LeaseEntry] = []
    var chains: [ChainEntry.Stored] = []
    /// Ended ones first, then in the order of their sequence.
    var work: [WorkEntry] = []
    var newWork: [WorkEntry] = []
    var newAttempts: [NewAttempt] = []
    var attempts: [Attempt] = []
    /// Attempts whose commands go to the outbox.
    var sent: [Attempt] = []
    /// Those whose commands go there once more, as repeats.
    var sentAgain: [Attempt] = []
    /// Attempts that an agent has answered: their commands need no publication any more.
    var arrived: [AttemptID] = []
    /// Who asked for what was changed.
    var records: [AuditRecord] = []
    var afterwards: [Afterthought] = []

    var isEmpty: Bool {
        newHosts.isEmpty && hosts.isEmpty && endedLeases.isEmpty && newChains.isEmpty && leases.isEmpty && chains.isEmpty
            && work.isEmpty && newWork.isEmpty && newAttempts.isEmpty && attempts.isEmpty && sent.isEmpty && sentAgain.isEmpty
            && arrived.isEmpty && records.isEmpty && afterwards.isEmpty
    }
}

struct NewAttempt {
    var attempt: Attempt
    /// Its operation's.
    var chain: ChainID?
    /// The generation of the chain's desired state that its command carries.
    var generation: Int?
}

/// What follows everything else.
enum Afterthought {
    case freeValues(ChainID)
    /// Nobody is to be given a chain that nobody can see.
    case loseSight(HostID)
    /// All objects on hosts that are nobody's.
    case orphans([HostID: [Orphan]])
    /// The host knows more than the ledger.
    case hold(HoldID, HostID, [ChainID: SeenAhead], Date)
    case heard(AgentPresence, Date)
    /// Work that nobody tries again by itself, for people to look at.
    case buried(DeadLetter)
    /// Whether a pool's chain could be made, and why not.
    case poolTried(PoolID, failure: String?)
    /// What an operator says about a host.
    case configured(Host)
    /// What a parent operation makes.
    case wish(OperationID, Recipe)
}
