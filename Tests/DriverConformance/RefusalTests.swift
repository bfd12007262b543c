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

    @Test(arguments: Kind.withSubnets)
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
            host.endpoint = subject.deadEndpoint
            let error = await #expect(throws: WorkError.self) { try await subject.driver.probe(host, subject.context) }
            #expect(error?.code == .hostUnreachable)
            #expect(error?.disposition == .transient)
        }
    }

    @Test(arguments: Kind.allCases)
    func aHostThatDoesNotAnswerIsSlow(_ kind: Kind) async throws {
        try await Subject.of(kind) { subject in
            try await subject.troubles.slowHost { host, context in
                let error = await #expect(throws: WorkError.self) { try await subject.driver.probe(host, context) }
                #expect(error?.code == .hostSlow && error?.disposition == .transient)
            }
        }
    }

    @Test(arguments: Kind.allCases)
    func aFullHostHasNoRoom(_ kind: Kind) async throws {
        try await Subject.of(kind) { subject in
            try await subject.troubles.fullHost { host, context in
                let work = SampleChain.work()
                let error = await #expect(throws: WorkError.self) {
                    try await subject.driver.converge(work, on: host, context)
                }
                #expect(error?.code == .noRoom && error?.disposition == .transient)
            }
        }
    }

    @Test(arguments: Kind.allCases)
    func wrongCredentialsAreToldAndNotTriedAgain(_ kind: Kind) async throws {
        try await Subject.of(kind) { subject in
            try await subject.troubles.lockedHost { host, context in
                let error = await #expect(throws: WorkError.self) { try await subject.driver.probe(host, context) }
                #expect(error?.code == .badCredentials && error?.disposition == .terminal)
            }
        }
    }

    @Test(arguments: Kind.allCases)
    func aNodeThatIsNotHealthyIsNamedWithTheCause(_ kind: Kind) async throws {
        try await Subject.of(kind) { subject in
            var work = SampleChain.work()
            work.plan.nodes[1] = subject.insight.sick(work.plan.nodes[1])
            let error = await #expect(throws: WorkError.self) {
                try await subject.hastyDriver.converge(work, on: subject.host, subject.context)
            }
            #expect(error?.code == .notHealthy && error?.disposition == .transient && error?.node == "node2")
            let node = try await subject.unhealthy("node2", of: work)
            #expect(node.detail?.contains("probe") == true)
            try await subject.converge(work.absent)
        }
    }

    @Test(arguments: Kind.allCases)
    func workThatIsCancelledSaysSo(_ kind: Kind) async throws {
        try await Subject.of(kind) { subject in
            var plan = SampleChain.plan(nodes: 1)
            plan.tasks = [subject.insight.endlessTask("endless", .before)]
            let work = SampleChain.work(plan)
            let (starts, started) = AsyncStream.makeStream(of: Void.self)
            let working = Task {
                try await subject.driver.converge(work, on: subject.host, subject.context(mayAct: { started.yield() }))
            }
            // It waits for the task when that runs.
            while try await subject.insight.runs(of: "endless", work).isEmpty {
                for await _ in starts { break }
            }
            working.cancel()
            let error = await #expect(throws: WorkError.self) { try await working.value }
            #expect(error?.code == .cancelled && error?.disposition == .cancelled)
            try await subject.converge(work.absent)
        }
    }

    @Test(arguments: Kind.allCases)
    func nothingIsDoneAfterTheTermIsOver(_ kind: Kind) async throws {
        try await Subject.of(kind) { subject in
            let calls = Mutex(0)
            let work = SampleChain.work()
            for allowed in 0..<12 {
                calls.withLock { $0 = 0 }
                let context = subject.context(
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

extension Subject {
    /// The node as soon as it is seen to be unhealthy.
    fileprivate func unhealthy(_ name: String, of work: ChainWork) async throws -> ObservedNode {
        for _ in 0..<150 {
            let node = try await observed(work.id)?.nodes.first { $0.name == name }
            if let node, node.health == .unhealthy { return node }
            try await Task.sleep(for: .milliseconds(200))
        }
        throw Unmet("\(name) is not seen to be unhealthy")
    }
}
