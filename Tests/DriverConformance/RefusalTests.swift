import DockerSupport
import Drivers
import Model
import Synchronization
import Testing

/// What can't be met is said in the words that the ledger acts upon, and leaves the host as it can be cleaned.
@Suite("Every driver: refusals", .serialized)
struct RefusalTests {
    @Test(arguments: Kind.allCases)
    func anUnknownImageIsTerminal(_ kind: Kind) async throws {
        try await Subject.of(kind) { subject in
            let work = SampleChain.work(SampleChain.plan(image: subject.unknownImage))
            let error = await #expect(throws: WorkError.self) { try await subject.converge(work) }
            #expect(error?.code == .imageMissing)
            #expect(error?.disposition == .terminal)
            try await subject.converge(work.absent)
        }
    }

    @Test(arguments: Kind.allCases)
    func aTakenPortIsNamedAndItsHolderUntouched(_ kind: Kind) async throws {
        try await Subject.of(kind) { subject in
            let work = SampleChain.work(SampleChain.plan(nodes: 1))
            let port = work.ports[0].port
            try await subject.stranger.holding(port: port, subnet: Allotment.subnet()) {
                let error = await #expect(throws: WorkError.self) { try await subject.converge(work) }
                #expect(error?.code == .portTaken)
                #expect(error?.value == String(port))
                var moved = work.changed { _ in }
                moved.ports[0].port = Allotment.port()
                #expect(try await subject.converge(moved).nodes.flatMap(\.ports) == moved.ports)
                try await subject.converge(moved.absent)
            }
        }
    }

    @Test(arguments: Kind.allCases)
    func aTakenSubnetIsNamedAndItsHolderUntouched(_ kind: Kind) async throws {
        try await Subject.of(kind) { subject in
            let work = SampleChain.work(SampleChain.plan(nodes: 1))
            try await subject.stranger.holding(port: Allotment.port(), subnet: work.subnet) {
                let error = await #expect(throws: WorkError.self) { try await subject.converge(work) }
                #expect(error?.code == .subnetTaken)
                #expect(error?.value == work.subnet)
                var moved = work.changed { _ in }
                moved.subnet = Allotment.subnet()
                #expect(try await subject.converge(moved).nodes.map(\.state) == [.running])
                try await subject.converge(moved.absent)
            }
        }
    }

    @Test(arguments: Kind.allCases)
    func aHostThatIsAheadOfTheLedgerIsLeftAlone(_ kind: Kind) async throws {
        try await Subject.of(kind) { subject in
            let old = SampleChain.work(SampleChain.plan(nodes: 1))
            let new = old.changed { $0.restarts += 1 }
            let chain = try await subject.converge(new)
            var gone = old
            gone.desired.power = .absent
            for stale in [old, gone] {
                let error = await #expect(throws: WorkError.self) { try await subject.converge(stale) }
                #expect(error?.code == .ledgerBehind)
            }
            #expect(try await subject.observed(old.id)?.nodes.map(\.object) == chain.nodes.map(\.object))
            try await subject.converge(new.absent)
        }
    }

    @Test(arguments: Kind.allCases)
    func aHostThatIsNotThereIsUnreachable(_ kind: Kind) async throws {
        try await Subject.of(kind) { subject in
            var host = subject.host
            host.endpoint = "unix:///run/continuo-test-nobody.sock"
            let error = await #expect(throws: WorkError.self) { try await subject.driver.probe(host, subject.context) }
            #expect(error?.code == .hostUnreachable)
            #expect(error?.disposition == .transient)
        }
    }

    @Test(arguments: Kind.allCases)
    func nothingIsDoneAfterTheTermIsOver(_ kind: Kind) async throws {
        try await Subject.of(kind) { subject in
            let calls = Mutex(0)
            let work = SampleChain.work()
            for allowed in 0..<12 {
                calls.withLock { $0 = 0 }
                let context = WorkContext(
                    installation: subject.context.installation, vaults: subject.context.vaults,
                    mayAct: { () throws(WorkError) in
                        let over = calls.withLock {
                            $0 += 1
                            return $0 > allowed
                        }
                        if over { throw WorkError(.transient, .termEnded, "the term is over") }
                    })
                do {
                    _ = try await subject.driver.converge(work, on: subject.host, context)
                    #expect(calls.withLock { $0 } <= allowed, "it went on")
                } catch let error as WorkError {
                    #expect(error.code == .termEnded)
                }
            }
            try await subject.converge(work.absent)
        }
    }
}
