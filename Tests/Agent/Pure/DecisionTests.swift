import Model
import Synchronization
import Testing
import Wire

@testable import Agent

@Suite("Decisions about commands")
struct DecisionTests {
    @Test("only a certain first copy acts")
    func intake() {
        #expect(Intake(redelivered: false, repeated: false, working: false, draining: false) == .act)
        #expect(Intake(redelivered: true, repeated: true, working: false, draining: true) == .again(.redelivered))
        #expect(Intake(redelivered: false, repeated: true, working: false, draining: false) == .again(.repeated))
        #expect(Intake(redelivered: false, repeated: false, working: false, draining: true) == .again(.givenBack))
        #expect(Intake(redelivered: true, repeated: false, working: true, draining: false) == .ours)
        #expect(Intake(redelivered: false, repeated: false, working: false, draining: false, late: true) == .again(.givenBack))
        #expect(Intake(redelivered: true, repeated: false, working: true, draining: false, late: true) == .ours)
    }

    @Test("the reason of a stop counts, unless the work was done all the same")
    func ending() {
        let error = WorkError(.transient, .hostSlow, "slow")
        #expect(Ending(.success(.cleansed), stop: .cancelled) == .outcome(.cleansed))
        #expect(Ending(.failure(error), stop: nil) == .outcome(.failed(error)))
        #expect(Ending(.failure(error), stop: .givenBack) == .givenBack)
        guard case .outcome(.failed(let cancelled)) = Ending(.failure(error), stop: .cancelled),
            case .outcome(.failed(let unfinished)) = Ending(.failure(error), stop: .unfinished)
        else {
            Issue.record("no outcome")
            return
        }
        #expect(cancelled.disposition == .cancelled)
        #expect(unfinished.code == .unfinished && unfinished.message.contains("slow"))
    }

    @Test("an attempt is taken once; a stop reaches work that begins later")
    func registry() {
        let registry = WorkRegistry()
        let (attempt, operation) = (AttemptID.fresh(), OperationID.fresh())
        #expect(registry.begin(attempt, of: operation))
        #expect(!registry.begin(attempt, of: operation))
        #expect(registry.operations == [operation])
        registry.cancel(operation)
        registry.giveBackAll()
        #expect(registry.stopReason(of: attempt) == .cancelled)
        let stops = Mutex(0)
        registry.run(attempt) { stops.withLock { $0 += 1 } }
        #expect(stops.withLock { $0 } == 1)
        registry.end(attempt, isSettled: true)
        #expect(registry.operations.isEmpty)
    }

    @Test("a cancel that comes before its command reaches the work all the same")
    func cancelledBefore() {
        let registry = WorkRegistry()
        let (first, last) = (OperationID.fresh(), OperationID.fresh())
        registry.cancel(first)
        for _ in 0..<998 { registry.cancel(.fresh()) }
        registry.cancel(last)
        for operation in [first, last] {
            let attempt = AttemptID.fresh()
            #expect(registry.begin(attempt, of: operation))
            #expect(registry.stopReason(of: attempt) == .cancelled)
            let stops = Mutex(0)
            registry.run(attempt) { stops.withLock { $0 += 1 } }
            #expect(stops.withLock { $0 } == 1)
            registry.end(attempt, isSettled: true)
        }
        registry.cancel(.fresh())
        let attempt = AttemptID.fresh()
        #expect(registry.begin(attempt, of: first) && registry.stopReason(of: attempt) == nil, "a thousand are remembered")
    }

    @Test("a host is held for the newest request alone")
    func heldHosts() {
        let held = HeldHosts()
        let host = HostID.fresh()
        let stopped = Mutex([Int]())
        func begin(_ number: Int) -> Bool { held.begin(host, number: number) { stopped.withLock { $0.append(number) } } }
        #expect(begin(2) && !begin(1) && !begin(2) && begin(3))
        held.end(host, number: 2)
        #expect(!begin(3))
        held.end(host, number: 3)
        #expect(begin(3))
        held.close()
        #expect(!begin(4))
        #expect(stopped.withLock { $0 } == [2, 3])
    }
}
