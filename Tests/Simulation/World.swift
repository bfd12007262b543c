import FoundationEssentials
import Model

@testable import Agent
@testable import Ledger

/// A truth of the design that did not hold.
struct Violation: Error, CustomStringConvertible {
    let description: String
}

/// Seconds of a clock that never jumps.
struct Instant: InstantProtocol {
    var seconds: Double

    func advanced(by duration: Duration) -> Instant { Instant(seconds: seconds + duration / .seconds(1)) }
    func duration(to other: Instant) -> Duration { .seconds(other.seconds - seconds) }
    static func < (left: Instant, right: Instant) -> Bool { left.seconds < right.seconds }
}

/// Everything: the ledger's tables under the real `Book`, and around it what is simulated: broker, relays, agents, watchdogs,
/// hosts, people. One step is one thing that one of them does; what it is, a number says.
final class World {
    var chance: Chance
    /// Seconds by the clock that never jumps.
    var now = 0.0
    /// How far the ledger's clock is off.
    var jump = 0.0
    var faults = true
    var tables = Tables()
    var broker = Broker()
    var relays = [Relay(), Relay()]
    var agents: [SimulatedAgent] = []
    var watchdogs: [SimulatedWatchdog] = []
    var hosts: [HostID: HostModel] = [:]
    /// Calls on their way to a host; some land late.
    var calls: [HostCall] = []
    /// Who acted on an attempt.
    var actors: [AttemptID: AgentID] = [:]
    /// Operations that somebody was told were accepted.
    var accepted: Set<OperationID> = []
    /// Operations that a restored ledger knows nothing of: what they made is removed only when an operator says so.
    var protected: Set<Mark> = []
    /// The ledger as it was once.
    var backup: (tables: Tables, accepted: Set<OperationID>)?
    var trace: [String] = []
    let isTraced: Bool
    /// While no faults happen, the trace is cut after that many lines.
    var linesLeft = 0
    let policy = RetryPolicy(base: 1, cap: 8, limit: 6)

    init(seed: UInt64, isTraced: Bool = false) throws {
        chance = Chance(seed: seed)
        self.isTraced = isTraced
        for _ in 0..<3 { agents.append(SimulatedAgent(id: fresh())) }
        for _ in 0..<2 { watchdogs.append(SimulatedWatchdog(id: uuid())) }
        faults = false
        for number in 0..<2 { try addHost(number) }
    }

    var wall: Date { Date(timeIntervalSince1970: 1_800_000_000 + now + jump) }
    var instant: Instant { Instant(seconds: now) }

    func say(_ line: @autoclosure () -> String) {
        if isTraced, faults || trace.count < linesLeft { trace.append("\(Int(now * 10) / 10) s  \(line())") }
    }

    func fresh<Of>() -> Identifier<Of> { .fresh(at: wall, using: &chance) }

    func uuid() -> UUID {
        let id: AgentID = fresh()
        return id.uuid
    }

    private func addHost(_ number: Int) throws {
        let target = HostTarget(id: fresh(), driver: .memory, endpoint: "unix:///host\(number)", address: "host\(number)")
        let new = NewHost(
            target: target, name: "host\(number)", capacity: 3, parallel: 2, ports: 20_000...20_007, network: "10.201.0.0/24")
        hosts[target.id] = HostModel()
        _ = try transact("host \(number) is created") { try $0.createHost(new) }
    }
}

/// What an object's labels say of the operation that made it.
struct Mark: Hashable {
    var chain: ChainID
    var sequence: Int
}

/// What a caller of the ledger knows afterwards.
enum Answer<Value> {
    case done(Value)
    case refused
    /// No answer: it may have happened.
    case unknown
}

extension World {
    /// One transaction, all or nothing; it may die between any two statements, and its answer may be lost.
    func transact<Value>(_ what: String, _ body: (Book) throws -> Value) throws -> Answer<Value> {
        let fuse = faults && chance.happens(5) ? chance.below(14) : nil
        let store = MemoryStore(tables, crashAfter: fuse, databaseTime: wall)
        let book = Book(store: store, now: wall, policy: policy, chance: Chance(seed: chance.next()), identityTime: { self.wall })
        do {
            let value = try body(book)
            try book.write()
            try checkTables(from: tables, to: store.tables)
            tables = store.tables
            guard !faults || !chance.happens(3) else {
                if store.hasWritten { say("\(what); the answer is lost") }
                return .unknown
            }
            if store.hasWritten { say(what) }
            return .done(value)
        } catch is Crash {
            if store.hasWritten { say("\(what): dies before the commit") }
            return .unknown
        } catch let error as BrokenConstraint {
            throw Violation(description: "\(what): \(error)")
        } catch is Refusal {
            return .refused
        } catch is LedgerError {
            return .refused
        }
    }
}
